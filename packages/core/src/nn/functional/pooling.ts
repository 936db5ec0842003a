import { functions } from '../../ops/install.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type AdaptiveSize, checkAdaptiveSize } from '../poolSizes.js';
import { expandSize, type SpatialDims, type SpatialSize } from '../sizes.js';
import { handleOf } from './handles.js';
import { type IndicesOption, type Pooled, pooled } from './pooled.js';
import { averages, maxima } from './poolOperators.js';

type Indexed = [values: Tensor, indices: Tensor];

function adaptiveSize(
  owner: string,
  input: Tensor,
  size: AdaptiveSize,
  dims: SpatialDims,
): number[] {
  handleOf(owner, 'input', input);
  checkAdaptiveSize(owner, size, dims);
  const kept = input.shape.slice(-dims);
  return kept.map((length, i) => (typeof size === 'number' ? size : (size[i] ?? length)));
}

/** The mean over windows that divide each image in `outputSize` parts. @param input `[*, h, w]` */
export function adaptiveAvgPool2d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  const size = adaptiveSize('adaptiveAvgPool2d', input, outputSize, 2);
  return functions.nn.adaptiveAvgPool2d(input, size);
}

/** {@link adaptiveAvgPool2d} of volumes. @param input `[*, d, h, w]` */
export function adaptiveAvgPool3d(input: Tensor, outputSize: AdaptiveSize): Tensor {
  const size = adaptiveSize('adaptiveAvgPool3d', input, outputSize, 3);
  return functions.nn.adaptiveAvgPool3d(input, size);
}

/** Like {@link adaptiveMaxPool1d}, with the place of each value in its signal. */
export function adaptiveMaxPool1dWithIndices(input: Tensor, outputSize: AdaptiveSize): Indexed {
  const size = adaptiveSize('adaptiveMaxPool1d', input, outputSize, 1);
  return functions.torch.adaptiveMaxPool1d(input, size);
}

/** Like {@link adaptiveMaxPool2d}, with the place of each value in its flattened image. */
export function adaptiveMaxPool2dWithIndices(input: Tensor, outputSize: AdaptiveSize): Indexed {
  const size = adaptiveSize('adaptiveMaxPool2d', input, outputSize, 2);
  return functions.nn.adaptiveMaxPool2d(input, size);
}

/** Like {@link adaptiveMaxPool3d}, with the place of each value in its flattened volume. */
export function adaptiveMaxPool3dWithIndices(input: Tensor, outputSize: AdaptiveSize): Indexed {
  const size = adaptiveSize('adaptiveMaxPool3d', input, outputSize, 3);
  return functions.nn.adaptiveMaxPool3d(input, size);
}

/** The largest value of windows that divide each signal in `outputSize` parts. */
export function adaptiveMaxPool1d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: IndicesOption<Indices> = {},
): Pooled<Indices> {
  return pooled(adaptiveMaxPool1dWithIndices(input, outputSize), options);
}

/** {@link adaptiveMaxPool1d} of images. @param input `[*, h, w]` */
export function adaptiveMaxPool2d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: IndicesOption<Indices> = {},
): Pooled<Indices> {
  return pooled(adaptiveMaxPool2dWithIndices(input, outputSize), options);
}

/** {@link adaptiveMaxPool1d} of volumes. @param input `[*, d, h, w]` */
export function adaptiveMaxPool3d<Indices extends boolean = false>(
  input: Tensor,
  outputSize: AdaptiveSize,
  options: IndicesOption<Indices> = {},
): Pooled<Indices> {
  return pooled(adaptiveMaxPool3dWithIndices(input, outputSize), options);
}

export interface LPPoolCall {
  /** How far the window moves. Default: the size of the window. */
  stride?: SpatialSize | null;
  /** Keeps a window that reaches past the end. Default false. */
  ceilMode?: boolean;
}

function lpPool(
  dims: SpatialDims,
  input: Tensor,
  normType: number,
  kernelSize: SpatialSize,
  options: LPPoolCall,
): Tensor {
  const owner = `lpPool${dims}d`;
  handleOf(owner, 'input', input);
  const kernel = expandSize(owner, 'kernelSize', kernelSize, dims, 1);
  const stride = expandSize(owner, 'stride', options.stride ?? kernel, dims, 1);
  const { ceilMode = false } = options;
  if (normType === Number.POSITIVE_INFINITY) {
    return maxima[dims](input.abs(), kernel, stride, { ceilMode });
  }
  if (normType === Number.NEGATIVE_INFINITY) {
    return maxima[dims](input.abs().neg(), kernel, stride, { ceilMode }).neg();
  }
  const means = averages[dims](input.pow(normType), kernel, stride, { ceilMode });
  const elements = kernel.reduce((count, size) => count * size, 1);
  // The sign times the rectified size gives a gradient of 0, not NaN, where the sum is 0.
  return means
    .sign()
    .mul(means.abs().relu())
    .mul(elements)
    .pow(1 / normType);
}

/**
 * (Σ x^p)^(1/p) over each window; the largest |x| for p = Infinity.
 * @param input `[*, length]`
 * @param normType the p
 */
export function lpPool1d(
  input: Tensor,
  normType: number,
  kernelSize: SpatialSize,
  options: LPPoolCall = {},
): Tensor {
  return lpPool(1, input, normType, kernelSize, options);
}

/** {@link lpPool1d} of images. @param input `[*, h, w]` */
export function lpPool2d(
  input: Tensor,
  normType: number,
  kernelSize: SpatialSize,
  options: LPPoolCall = {},
): Tensor {
  return lpPool(2, input, normType, kernelSize, options);
}

/** {@link lpPool1d} of volumes. @param input `[*, d, h, w]` */
export function lpPool3d(
  input: Tensor,
  normType: number,
  kernelSize: SpatialSize,
  options: LPPoolCall = {},
): Tensor {
  return lpPool(3, input, normType, kernelSize, options);
}
