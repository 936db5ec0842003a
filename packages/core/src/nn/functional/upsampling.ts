import type { Tensor } from '../../tensor/tensor.js';
import { type InterpolateCall, interpolate } from './interpolate.js';

/** The size of the output, or the factor by which the input grows. */
export type UpsamplingSize = Pick<InterpolateCall, 'size' | 'scaleFactor'>;

/** {@link interpolate} by the nearest values. @param input `[batch, channels, *]` */
export function upsampleNearest(input: Tensor, options: UpsamplingSize = {}): Tensor {
  return interpolate(input, { ...options, mode: 'nearest' });
}

/** {@link interpolate} of images, bilinear, with aligned corners. @param input `[batch, channels, h, w]` */
export function upsampleBilinear(input: Tensor, options: UpsamplingSize = {}): Tensor {
  return interpolate(input, { ...options, mode: 'bilinear', alignCorners: true });
}
