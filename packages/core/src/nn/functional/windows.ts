import { functions } from '../../ops/install.js';
import type { Tensor } from '../../tensor/tensor.js';
import { expandSize, type SpatialSize } from '../sizes.js';
import { handleOf } from './handles.js';

export interface WindowCall {
  /** Distance between the elements of a window. Default 1. */
  dilation?: SpatialSize;
  /** How far the image is extended by 0 on both sides. Default 0. */
  padding?: SpatialSize;
  /** How far the window moves. Default 1. */
  stride?: SpatialSize;
}

type Pair = readonly number[];

function windowsOf(
  owner: string,
  kernelSize: SpatialSize,
  options: WindowCall,
): [kernel: Pair, dilation: Pair, padding: Pair, stride: Pair] {
  const { dilation = 1, padding = 0, stride = 1 } = options;
  return [
    expandSize(owner, 'kernelSize', kernelSize, 2, 1),
    expandSize(owner, 'dilation', dilation, 2, 1),
    expandSize(owner, 'padding', padding, 2),
    expandSize(owner, 'stride', stride, 2, 1),
  ];
}

/**
 * The windows of an image, each in a column.
 * @param input `[batch, channels, height, width]` or without batch
 * @returns `[batch, channels · kernel elements, windows]`
 */
export function unfold(input: Tensor, kernelSize: SpatialSize, options: WindowCall = {}): Tensor {
  handleOf('unfold', 'input', input);
  return functions.nn.im2col(input, ...windowsOf('unfold', kernelSize, options));
}

/**
 * The sum of windows in an image of `outputSize`: the gradient of {@link unfold}, not its inverse
 * where windows overlap.
 * @param input `[batch, channels · kernel elements, windows]` or without batch
 * @returns `[batch, channels, ...outputSize]`
 */
export function fold(
  input: Tensor,
  outputSize: SpatialSize,
  kernelSize: SpatialSize,
  options: WindowCall = {},
): Tensor {
  handleOf('fold', 'input', input);
  const size = expandSize('fold', 'outputSize', outputSize, 2, 1);
  return functions.nn.col2im(input, size, ...windowsOf('fold', kernelSize, options));
}
