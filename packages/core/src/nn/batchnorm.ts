import { noGrad } from '../autograd/gradMode.js';
import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import { batchNorm } from './functional/layers.js';
import { ones_, zeros_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';
import { shapeText } from './shapes.js';
import { pythonBool } from './text.js';

export interface BatchNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /**
   * Weight of a batch in the running statistics; null for the mean of all batches so far.
   * Default 0.1.
   */
  momentum?: number | null;
  /** Learns a scale and a shift for each feature. Default true. */
  affine?: boolean;
  /** Learns the shift, where `affine`. Default true. */
  bias?: boolean;
  /** Keeps running statistics for evaluation; else batch statistics serve there too. Default true. */
  trackRunningStats?: boolean;
  device?: Device;
  dtype?: DType;
}

/**
 * What batch normalisation has in common for all numbers of dimensions (Ioffe and Szegedy 2015).
 * In training it normalises by the mean and the biased variance of the batch; the running variance
 * gathers the unbiased one.
 */
abstract class BatchNorm extends Module {
  readonly numFeatures: number;
  eps: number;
  momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** Scale, `[numFeatures]`, first 1. */
  weight: Parameter | null;
  /** Shift, `[numFeatures]`, first 0. */
  bias: Parameter | null;
  /** `[numFeatures]`, first 0. */
  runningMean: Tensor | null;
  /** `[numFeatures]`, first 1. */
  runningVar: Tensor | null;
  /** int64 `[]`: the batches in the running statistics. */
  numBatchesTracked: Tensor | null;

  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super();
    checkSize(this.constructor.name, 'numFeatures', numFeatures);
    const { device, dtype, bias = true } = options;
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    this.affine = options.affine ?? true;
    this.trackRunningStats = options.trackRunningStats ?? true;
    const shape = [numFeatures];
    this.weight = this.affine ? emptyParameter(shape, { device, dtype }) : null;
    this.bias = this.affine && bias ? emptyParameter(shape, { device, dtype }) : null;
    const tracked = this.trackRunningStats;
    this.runningMean = tracked ? functions.torch.zeros(shape, { device, dtype }) : null;
    this.runningVar = tracked ? functions.torch.ones(shape, { device, dtype }) : null;
    this.numBatchesTracked = tracked ? functions.torch.zeros([], { device, dtype: 'int64' }) : null;
    this.resetParameters();
  }

  resetRunningStats(): void {
    this.runningMean?.zero_();
    this.runningVar?.fill_(1);
    this.numBatchesTracked?.zero_();
  }

  resetParameters(): void {
    this.resetRunningStats();
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /** @throws RangeError for an input of a number of dimensions that the layer does not take */
  protected abstract checkInput(input: Tensor): void;

  /** Files older than PyTorch 0.4.1 do not count batches. */
  protected override get optionalState(): readonly string[] {
    return ['num_batches_tracked'];
  }

  protected override forward(input: Tensor): Tensor {
    this.checkInput(input);
    const { training, trackRunningStats, runningMean, runningVar } = this;
    const usesRunning = !training || trackRunningStats;
    return batchNorm(input, usesRunning ? runningMean : null, usesRunning ? runningVar : null, {
      weight: this.weight,
      bias: this.bias,
      training: training || (runningMean === null && runningVar === null),
      momentum: training && trackRunningStats ? this.#countBatch() : (this.momentum ?? 0),
      eps: this.eps,
    });
  }

  /** @returns the weight of the new batch in the running statistics */
  #countBatch(): number {
    const counter = this.numBatchesTracked;
    if (counter === null) return this.momentum ?? 0;
    noGrad(() => counter.add_(1));
    return this.momentum ?? 1 / Number(counter.item());
  }

  protected override extraRepr(): string {
    const momentum = this.momentum === null ? 'None' : shortest(this.momentum);
    return [
      `${this.numFeatures}`,
      `eps=${shortest(this.eps)}`,
      `momentum=${momentum}`,
      `affine=${pythonBool(this.affine)}`,
      `bias=${pythonBool(this.bias !== null)}`,
      `track_running_stats=${pythonBool(this.trackRunningStats)}`,
    ].join(', ');
  }
}

/** Normalises `[batch, features]` or `[batch, features, length]` per feature. */
export class BatchNorm1d extends BatchNorm {
  protected override checkInput(input: Tensor): void {
    const { ndim } = input;
    if (ndim !== 2 && ndim !== 3) {
      throw new RangeError(
        `BatchNorm1d: the input must have 2 or 3 dimensions, got shape ${shapeText(input)}`,
      );
    }
  }
}
