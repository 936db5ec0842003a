import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { expandSize, pythonSize, type SpatialDims, type SpatialSize } from './sizes.js';
import { pythonBool } from './text.js';

/** What a pooling gives: the values, and where it is asked to, the places they come from. */
export type Pooled<Indices extends boolean> = Indices extends true
  ? [values: Tensor, indices: Tensor]
  : Tensor;

export interface MaxPoolOptions<Indices extends boolean = boolean> {
  /** How far the window moves. Default: the size of the window. */
  stride?: SpatialSize;
  /** How far the input is extended by -Infinity on both sides. Default 0. */
  padding?: SpatialSize;
  /** Distance between the elements of a window. Default 1. */
  dilation?: SpatialSize;
  /** Gives the places of the values too, for unpooling. Default false. */
  returnIndices?: Indices;
  /** Keeps a window that reaches past the end. Default false. */
  ceilMode?: boolean;
}

const pools = {
  1: functions.torch.maxPool1d,
  2: functions.torch.maxPool2d,
  3: functions.torch.maxPool3d,
} as const;

const poolsWithIndices = {
  1: functions.torch.maxPool1dWithIndices,
  2: functions.nn.maxPool2dWithIndices,
  3: functions.nn.maxPool3dWithIndices,
} as const;

abstract class MaxPool<Indices extends boolean> extends Module<[input: Tensor], Pooled<Indices>> {
  readonly kernelSize: SpatialSize;
  readonly stride: SpatialSize;
  readonly padding: SpatialSize;
  readonly dilation: SpatialSize;
  readonly returnIndices: boolean;
  readonly ceilMode: boolean;
  readonly #dims: SpatialDims;

  constructor(dims: SpatialDims, kernelSize: SpatialSize, options: MaxPoolOptions<Indices>) {
    super();
    const { stride = kernelSize, padding = 0, dilation = 1 } = options;
    const owner = this.constructor.name;
    expandSize(owner, 'kernelSize', kernelSize, dims, 1);
    expandSize(owner, 'stride', stride, dims, 1);
    expandSize(owner, 'padding', padding, dims);
    expandSize(owner, 'dilation', dilation, dims, 1);
    this.#dims = dims;
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.dilation = dilation;
    this.returnIndices = options.returnIndices ?? false;
    this.ceilMode = options.ceilMode ?? false;
  }

  protected override forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    const pool = (this.returnIndices ? poolsWithIndices : pools)[this.#dims];
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
