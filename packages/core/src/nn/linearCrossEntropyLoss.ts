import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkProbability } from './checks.js';
import { linearCrossEntropy } from './functional/linearCrossEntropy.js';
import { Linear } from './linear.js';
import { WeightedLoss, type WeightOptions } from './loss.js';
import { sameSizes, shapeText } from './shapes.js';
import { pythonTuple } from './sizes.js';
import { pythonBool } from './text.js';

export interface LinearCrossEntropyOptions extends WeightOptions {
  /** The sizes of a target of several dimensions. Default []. */
  outFeatures?: readonly number[];
  /** Adds a learned bias to the logits. Default false. */
  bias?: boolean;
  /** A class that adds nothing to the loss or its mean; -100 where null. Default null. */
  ignoreIndex?: number | null;
  /** The share of the target that is spread evenly over all classes, 0 (default) to 1. */
  labelSmoothing?: number;
  device?: Device;
  dtype?: DType;
}

/**
 * Cross-entropy of the logits that a linear layer of its own gives.
 *
 * Takes `[batch, inFeatures]` or `[inFeatures]` and int64 classes `[batch, *outFeatures]`, or
 * probabilities `[batch, classes, *outFeatures]`. The weight is one of each class, `[classes]`.
 */
export class LinearCrossEntropyLoss extends WeightedLoss {
  readonly numClasses: number;
  readonly outFeatures: readonly number[];
  readonly ignoreIndex: number | null;
  readonly labelSmoothing: number;
  readonly linear: Linear;

  /** @throws RangeError for a weight of another shape, or a labelSmoothing outside [0, 1] */
  constructor(inFeatures: number, numClasses: number, options: LinearCrossEntropyOptions = {}) {
    super(options);
    const { outFeatures = [], bias = false, labelSmoothing = 0, device, dtype } = options;
    if (this.weight !== null && !sameSizes(this.weight.shape, [numClasses])) {
      throw new RangeError(
        `LinearCrossEntropyLoss: weight must have the shape [${numClasses}], got ${shapeText(this.weight)}`,
      );
    }
    checkProbability('LinearCrossEntropyLoss', labelSmoothing);
    this.numClasses = numClasses;
    this.outFeatures = outFeatures;
    this.ignoreIndex = options.ignoreIndex ?? null;
    this.labelSmoothing = labelSmoothing;
    const outputs = outFeatures.reduce((count, size) => count * size, numClasses);
    this.linear = new Linear(inFeatures, outputs, { bias, device, dtype });
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { linear, weight, reduction, ignoreIndex, labelSmoothing } = this;
    const logits = [this.numClasses, ...this.outFeatures];
    return linearCrossEntropy(
      input,
      linear.weight.reshape([...logits, linear.inFeatures]),
      target,
      {
        linearBias: linear.bias?.reshape(logits) ?? null,
        weight,
        reduction,
        ignoreIndex,
        labelSmoothing,
      },
    );
  }

  protected override extraRepr(): string {
    return [
      `in_features=${this.linear.inFeatures}`,
      `num_classes=${this.numClasses}`,
      `out_features=${pythonTuple(this.outFeatures)}`,
      `bias=${pythonBool(this.linear.bias !== null)}`,
      `reduction=${this.reduction}`,
      `ignore_index=${this.ignoreIndex ?? 'None'}`,
      `label_smoothing=${shortest(this.labelSmoothing)}`,
      'options=None',
    ].join(', ');
  }
}
