import type { Tensor } from '../tensor/tensor.js';
import {
  fractionalMaxPool2dWithIndices,
  fractionalMaxPool3dWithIndices,
} from './functional/fractionalPooling.js';
import { type IndicesOption, type Pooled, pooled } from './functional/pooled.js';
import { Module } from './module.js';
import { checkFractionalSize, type FractionalSize } from './poolSizes.js';
import { expandSize, type SpatialSize } from './sizes.js';

export interface FractionalMaxPoolOptions<Indices extends boolean = boolean>
  extends FractionalSize,
    IndicesOption<Indices> {}

abstract class FractionalMaxPool<Indices extends boolean> extends Module<
  [input: Tensor],
  Pooled<Indices>
> {
  readonly kernelSize: readonly number[];
  readonly outputSize: readonly number[] | null;
  readonly outputRatio: readonly number[] | null;
  readonly returnIndices: boolean;
  private readonly dims: 2 | 3;

  constructor(dims: 2 | 3, kernelSize: SpatialSize, options: FractionalMaxPoolOptions<Indices>) {
    super();
    const owner = this.constructor.name;
    const { outputSize, outputRatio } = checkFractionalSize(owner, options, dims);
    this.dims = dims;
    this.kernelSize = expandSize(owner, 'kernelSize', kernelSize, dims, 1);
    this.outputSize = outputSize;
    this.outputRatio = outputRatio;
    this.returnIndices = options.returnIndices ?? false;
  }

  protected override forward(input: Tensor): Pooled<Indices> {
    const { kernelSize, outputSize, outputRatio } = this;
    const pool = this.dims === 2 ? fractionalMaxPool2dWithIndices : fractionalMaxPool3dWithIndices;
    return pooled(pool(input, kernelSize, { outputSize, outputRatio }), this);
  }
}

/**
 * The largest value of windows at random steps, drawn anew at every call, so that the output has a
 * size that need not divide the input's (Graham 2014). Takes `[batch, channels, height, width]`, or
 * without batch.
 */
export class FractionalMaxPool2d<
  Indices extends boolean = false,
> extends FractionalMaxPool<Indices> {
  constructor(kernelSize: SpatialSize, options: FractionalMaxPoolOptions<Indices>) {
    super(2, kernelSize, options);
  }
}

/** {@link FractionalMaxPool2d} of volumes, `[batch, channels, depth, height, width]`. */
export class FractionalMaxPool3d<
  Indices extends boolean = false,
> extends FractionalMaxPool<Indices> {
  constructor(kernelSize: SpatialSize, options: FractionalMaxPoolOptions<Indices>) {
    super(3, kernelSize, options);
  }
}
