import type { Tensor } from '../tensor/tensor.js';
import type { MaxPoolOptions } from './functional/maxPooling.js';
import type { Pooled } from './functional/pooled.js';
import { maxima, maximaWithIndices } from './functional/poolOperators.js';
import { expandSize, pythonSize, type SpatialDims, type SpatialSize } from './sizes.js';
import { pythonBool } from './text.js';
import { WindowPool } from './windowPool.js';

abstract class MaxPool<Indices extends boolean> extends WindowPool<Pooled<Indices>> {
  readonly dilation: SpatialSize;
  readonly returnIndices: boolean;
  private readonly dims: SpatialDims;

  constructor(dims: SpatialDims, kernelSize: SpatialSize, options: MaxPoolOptions<Indices>) {
    super(dims, kernelSize, options);
    const { dilation = 1, returnIndices = false } = options;
    expandSize(this.constructor.name, 'dilation', dilation, dims, 1);
    this.dims = dims;
    this.dilation = dilation;
    this.returnIndices = returnIndices;
  }

  protected override forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    const pool = (this.returnIndices ? maximaWithIndices : maxima)[this.dims];
    return pool(input, kernelSize, stride, padding, dilation, ceilMode) as Pooled<Indices>;
  }

  protected override extraRepr(): string {
    const { dilation, ceilMode } = this;
    return `${super.extraRepr()}, dilation=${pythonSize(dilation)}, ceil_mode=${pythonBool(ceilMode)}`;
  }
}

/**
 * The largest value of each window: `[batch, channels, length]`, or without batch, to
 * newLength = floor((length + 2 padding - dilation (kernelSize - 1) - 1) / stride + 1).
 */
export class MaxPool1d<Indices extends boolean = false> extends MaxPool<Indices> {
  constructor(kernelSize: SpatialSize, options: MaxPoolOptions<Indices> = {}) {
    super(1, kernelSize, options);
  }
}

/** {@link MaxPool1d} of images, `[batch, channels, height, width]` or without batch. */
export class MaxPool2d<Indices extends boolean = false> extends MaxPool<Indices> {
  constructor(kernelSize: SpatialSize, options: MaxPoolOptions<Indices> = {}) {
    super(2, kernelSize, options);
  }
}

/** {@link MaxPool1d} of volumes, `[batch, channels, depth, height, width]` or without batch. */
export class MaxPool3d<Indices extends boolean = false> extends MaxPool<Indices> {
  constructor(kernelSize: SpatialSize, options: MaxPoolOptions<Indices> = {}) {
    super(3, kernelSize, options);
  }
}
