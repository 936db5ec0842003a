import type { Tensor } from '../../tensor/tensor.js';
import type { SpatialDims, SpatialSize } from '../sizes.js';
import type { IndicesOption, Pooled } from './pooled.js';
import { maxima, maximaWithIndices } from './poolOperators.js';
import { switchedBy } from './switched.js';

export interface MaxPoolOptions<Indices extends boolean = boolean> extends IndicesOption<Indices> {
  /** How far the window moves. Default: the size of the window. */
  stride?: SpatialSize;
  /** How far the input is extended by -Infinity on both sides. Default 0. */
  padding?: SpatialSize;
  /** Distance between the elements of a window. Default 1. */
  dilation?: SpatialSize;
  /** Keeps a window that reaches past the end. Default false. */
  ceilMode?: boolean;
}

/** A maximum over windows, whose numbers are given in their places or by their names. */
export interface MaxPoolFunction {
  (
    input: Tensor,
    kernelSize: SpatialSize,
    stride?: SpatialSize,
    padding?: SpatialSize,
    dilation?: SpatialSize,
    ceilMode?: boolean,
  ): Tensor;
  <Indices extends boolean = false>(
    input: Tensor,
    kernelSize: SpatialSize,
    options: MaxPoolOptions<Indices>,
  ): Pooled<Indices>;
}

export const {
  1: maxPool1dWithIndices,
  2: maxPool2dWithIndices,
  3: maxPool3dWithIndices,
} = maximaWithIndices;

function maxPool(dims: SpatialDims): MaxPoolFunction {
  return switchedBy('returnIndices', maxima[dims], maximaWithIndices[dims]) as MaxPoolFunction;
}

/** The largest value of each window. @param input `[*, length]` */
export const maxPool1d = maxPool(1);

/** {@link maxPool1d} of images. @param input `[*, h, w]` */
export const maxPool2d = maxPool(2);

/** {@link maxPool1d} of volumes. @param input `[*, d, h, w]` */
export const maxPool3d = maxPool(3);
