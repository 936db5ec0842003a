import type { Tensor } from '../tensor/tensor.js';
import {
  type MaxPoolOptions,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
} from './functional/maxPooling.js';
import type { Pooled } from './functional/pooled.js';
import { Module } from './module.js';
import { expandSize, pythonSize, type SpatialDims, type SpatialSize } from './sizes.js';
import { pythonBool } from './text.js';

const pools = { 1: maxPool1d, 2: maxPool2d, 3: maxPool3d } as const;

const poolsWithIndices = {
  1: maxPool1dWithIndices,
  2: maxPool2dWithIndices,
  3: maxPool3dWithIndices,
} as const;

abstract class MaxPool<Indices extends boolean> extends Module<[input: Tensor], Pooled<Indices>> {
  readonly kernelSize: SpatialSize;
  readonly stride: SpatialSize;
  readonly padding: SpatialSize;
  readonly dilation: SpatialSize;
  readonly returnIndices: boolean;
  readonly ceilMode: boolean;
  private readonly dims: SpatialDims;

  constructor(dims: SpatialDims, kernelSize: SpatialSize, options: MaxPoolOptions<Indices>) {
    super();
    const { stride = kernelSize, padding = 0, dilation = 1 } = options;
    const owner = this.constructor.name;
    expandSize(owner, 'kernelSize', kernelSize, dims, 1);
    expandSize(owner, 'stride', stride, dims, 1);
    expandSize(owner, 'padding', padding, dims);
    expandSize(owner, 'dilation', dilation, dims, 1);
    this.dims = dims;
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.returnIndices = options.returnIndices ?? false;
    this.ceilMode = options.ceilMode ?? false;
  }

  protected override forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    const pool = (this.returnIndices ? poolsWithIndices : pools)[this.dims];
    return pool(input, kernelSize, stride, padding, dilation, ceilMode) as Pooled<Indices>;
  }

  protected override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    return [
      `kernel_size=${pythonSize(kernelSize)}`,
      `stride=${pythonSize(stride)}`,
      `padding=${pythonSize(padding)}`,
      `dilation=${pythonSize(dilation)}`,
      `ceil_mode=${pythonBool(ceilMode)}`,
    ].join(', ');
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
