import type { Tensor } from '../tensor/tensor.js';
import {
  type CrossEntropyOptions,
  crossEntropy,
  type LossReduction,
  mseLoss,
  type ReductionOption,
} from './functional/losses.js';
import { Module } from './module.js';

type LossInputs = [input: Tensor, target: Tensor];

/** A loss that is reduced to one number, unless told otherwise. */
abstract class Loss extends Module<LossInputs> {
  readonly reduction: LossReduction;

  constructor(options: ReductionOption = {}) {
    super();
    this.reduction = options.reduction ?? 'mean';
  }
}

/** The squared difference of `input` and `target`, of the same shape. */
export class MSELoss extends Loss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * -log softmax(input)[target].
 *
 * Takes logits `[classes]` or `[batch, classes, *]` and int64 classes `[]` or `[batch, *]`, or
 * probabilities of the logits' shape.
 */
export class CrossEntropyLoss extends Loss {
  /** The weight of each class, `[classes]`; a buffer. */
  weight: Tensor | null;
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;

  constructor(options: CrossEntropyOptions = {}) {
    super(options);
    this.weight = options.weight ?? null;
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}
