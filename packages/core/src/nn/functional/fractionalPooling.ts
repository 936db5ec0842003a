import { functions } from '../../ops/install.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkFractionalSize, type FractionalSize } from '../poolSizes.js';
import { expandSize, type SpatialSize } from '../sizes.js';
import { handleOf } from './handles.js';
import { type IndicesOption, type Pooled, pooled } from './pooled.js';

export interface FractionalPoolCall extends FractionalSize {
  /** `[batch, channels, dims]`, from 0 to 1; where the windows begin. Drawn where not given. */
  randomSamples?: Tensor | null;
}

function fractionalMaxPool(
  dims: 2 | 3,
  input: Tensor,
  kernelSize: SpatialSize,
  options: FractionalPoolCall,
): [values: Tensor, indices: Tensor] {
  const owner = `fractionalMaxPool${dims}d`;
  handleOf(owner, 'input', input);
  const kernel = expandSize(owner, 'kernelSize', kernelSize, dims, 1);
  const { outputSize, outputRatio } = checkFractionalSize(owner, options, dims);
  const sizes = input.shape.slice(-dims);
  const wanted = outputSize ?? sizes.map((size, i) => Math.floor(size * (outputRatio?.[i] ?? 1)));
  const [batch, channels] = input.ndim === dims + 1 ? [1, input.size(0)] : input.shape;
  const samples =
    options.randomSamples ??
    functions.torch.rand([batch ?? 1, channels ?? 1, dims], {
      dtype: input.dtype,
      device: input.device,
    });
  const pool = dims === 2 ? functions.nn.fractionalMaxPool2d : functions.nn.fractionalMaxPool3d;
  return pool(input, kernel, wanted, samples);
}

/** Like {@link fractionalMaxPool2d}, with the place of each value in its flattened image. */
export function fractionalMaxPool2dWithIndices(
  input: Tensor,
  kernelSize: SpatialSize,
  options: FractionalPoolCall,
): [values: Tensor, indices: Tensor] {
  return fractionalMaxPool(2, input, kernelSize, options);
}

/** Like {@link fractionalMaxPool3d}, with the place of each value in its flattened volume. */
export function fractionalMaxPool3dWithIndices(
  input: Tensor,
  kernelSize: SpatialSize,
  options: FractionalPoolCall,
): [values: Tensor, indices: Tensor] {
  return fractionalMaxPool(3, input, kernelSize, options);
}

/**
 * The largest value of windows at random steps, so that the output has a size that need not divide
 * the input's (Graham 2014).
 * @param input `[batch, channels, h, w]` or without batch
 */
export function fractionalMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: SpatialSize,
  options: FractionalPoolCall & IndicesOption<Indices>,
): Pooled<Indices> {
  return pooled(fractionalMaxPool(2, input, kernelSize, options), options);
}

/** {@link fractionalMaxPool2d} of volumes. @param input `[batch, channels, d, h, w]` or without batch */
export function fractionalMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  kernelSize: SpatialSize,
  options: FractionalPoolCall & IndicesOption<Indices>,
): Pooled<Indices> {
  return pooled(fractionalMaxPool(3, input, kernelSize, options), options);
}
