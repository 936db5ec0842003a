import type { Tensor } from '../tensor/tensor.js';
import { averages } from './functional/poolOperators.js';
import type { SpatialDims, SpatialSize } from './sizes.js';
import { WindowPool } from './windowPool.js';

export interface AvgPool1dOptions {
  /** How far the window moves. Default: the size of the window. */
  stride?: SpatialSize;
  /** How far the input is extended by 0 on both sides. Default 0. */
  padding?: SpatialSize;
  /** Keeps a window that reaches past the end. Default false. */
  ceilMode?: boolean;
  /** Counts the padding in the mean. Default true. */
  countIncludePad?: boolean;
}

export interface AvgPoolOptions extends AvgPool1dOptions {
  /** Divides by this instead of the number of elements. */
  divisorOverride?: number | null;
}

abstract class AvgPool extends WindowPool<Tensor> {
  readonly countIncludePad: boolean;

  constructor(dims: SpatialDims, kernelSize: SpatialSize, options: AvgPool1dOptions) {
    super(dims, kernelSize, options);
    this.countIncludePad = options.countIncludePad ?? true;
  }
}

/**
 * The mean of each window: `[batch, channels, length]`, or without batch, to
 * newLength = floor((length + 2 padding - kernelSize) / stride + 1).
 */
export class AvgPool1d extends AvgPool {
  constructor(kernelSize: SpatialSize, options: AvgPool1dOptions = {}) {
    const { stride = kernelSize, padding = 0 } = options;
    const listed = { ...options, stride: inList(stride), padding: inList(padding) };
    super(1, inList(kernelSize), listed);
  }

  protected override forward(input: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this;
    return averages[1](input, kernelSize, stride, padding, ceilMode, countIncludePad);
  }
}

/** Python keeps the sizes of this pooling alone in a tuple. */
function inList(size: SpatialSize): readonly number[] {
  return typeof size === 'number' ? [size] : size;
}

/** What both have more than {@link AvgPool1d}: a divisor of their own. */
abstract class DividedAvgPool extends AvgPool {
  readonly divisorOverride: number | null;
  private readonly dims: 2 | 3;

  constructor(dims: 2 | 3, kernelSize: SpatialSize, options: AvgPoolOptions) {
    super(dims, kernelSize, options);
    this.dims = dims;
    this.divisorOverride = options.divisorOverride ?? null;
  }

  protected override forward(input: Tensor): Tensor {
    return averages[this.dims](
      input,
      this.kernelSize,
      this.stride,
      this.padding,
      this.ceilMode,
      this.countIncludePad,
      this.divisorOverride,
    );
  }
}

/** {@link AvgPool1d} of images, `[batch, channels, height, width]` or without batch. */
export class AvgPool2d extends DividedAvgPool {
  constructor(kernelSize: SpatialSize, options: AvgPoolOptions = {}) {
    super(2, kernelSize, options);
  }
}

/** {@link AvgPool1d} of volumes, `[batch, channels, depth, height, width]` or without batch. */
export class AvgPool3d extends DividedAvgPool {
  constructor(kernelSize: SpatialSize, options: AvgPoolOptions = {}) {
    super(3, kernelSize, options);
  }
}
