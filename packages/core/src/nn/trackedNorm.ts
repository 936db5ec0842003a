import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { AffineNorm } from './affineNorm.js';
import { checkSize } from './checks.js';
import { shapeText } from './shapes.js';
import { pythonBool } from './text.js';

export interface TrackedNormOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /**
   * Weight of a batch in the running statistics; null for the mean of all batches so far.
   * Default 0.1.
   */
  momentum?: number | null;
  /** Learns a scale and a shift for each feature. Default true for batch norm, else false. */
  affine?: boolean;
  /** Learns the shift, where `affine`. Default true. */
  bias?: boolean;
  /**
   * Keeps running statistics for evaluation; else those of the input serve there too. Default true
   * for batch norm, else false.
   */
  trackRunningStats?: boolean;
  device?: Device;
  dtype?: DType;
}

/**
 * What batch and instance normalisation share: parameters, `[numFeatures]`, running statistics and
 * text.
 */
export abstract class TrackedNorm extends AffineNorm {
  readonly numFeatures: number;
  eps: number;
  momentum: number | null;
  readonly affine: boolean;
  readonly trackRunningStats: boolean;
  /** `[numFeatures]`, first 0. */
  runningMean: Tensor | null;
  /** `[numFeatures]`, first 1. */
  runningVar: Tensor | null;
  /** int64 `[]`: the batches in the running statistics. */
  numBatchesTracked: Tensor | null;

  protected constructor(
    numFeatures: number,
    options: TrackedNormOptions,
    defaults: { affine: boolean; trackRunningStats: boolean },
  ) {
    super();
    checkSize(this.constructor.name, 'numFeatures', numFeatures);
    const { device, dtype, bias = true } = options;
    this.numFeatures = numFeatures;
    this.eps = options.eps ?? 1e-5;
    this.momentum = options.momentum === undefined ? 0.1 : options.momentum;
    this.affine = options.affine ?? defaults.affine;
    this.trackRunningStats = options.trackRunningStats ?? defaults.trackRunningStats;
    const shape = [numFeatures];
    this.makeAffine(shape, { affine: this.affine, bias, device, dtype });
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

  override resetParameters(): void {
    this.resetRunningStats();
    super.resetParameters();
  }

  /** The smallest and the largest number of dimensions that an input may have. */
  protected abstract get inputDims(): readonly [number, number];

  /** @throws RangeError for an input of a number of dimensions that the layer does not take */
  protected checkInput(input: Tensor): void {
    const [fewer, more] = this.inputDims;
    const { ndim } = input;
    if (ndim < fewer || ndim > more) {
      const further = Number.isFinite(more) ? ` or ${more}` : ' or more';
      const accepted = `${fewer}${fewer === more ? '' : further}`;
      throw new RangeError(
        `${this.constructor.name}: the input must have ${accepted} dimensions, got shape ${shapeText(input)}`,
      );
    }
  }

  /** Files older than PyTorch 0.4.1 do not count batches. */
  protected override get optionalState(): readonly string[] {
    return ['num_batches_tracked'];
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
