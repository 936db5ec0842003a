import { functions } from '../../ops/install.js';
import type { Tensor } from '../../tensor/tensor.js';
import { expandSize, type SpatialDims, type SpatialSize } from '../sizes.js';
import { handleOf } from './handles.js';

export interface UnpoolCall {
  /** The stride of the pooling. Default: the size of the window. */
  stride?: SpatialSize | null;
  /** The padding of the pooling. Default 0. */
  padding?: SpatialSize;
  /** The spatial size, or the whole shape, of what was pooled, where strides leave it open. */
  outputSize?: readonly number[] | null;
}

interface Window {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputSize: readonly number[];
}

function windowOf(
  dims: SpatialDims,
  input: Tensor,
  indices: Tensor,
  kernelSize: SpatialSize,
  options: UnpoolCall,
): Window {
  const owner = `maxUnpool${dims}d`;
  handleOf(owner, 'input', input);
  handleOf(owner, 'indices', indices);
  const kernel = expandSize(owner, 'kernelSize', kernelSize, dims, 1);
  const stride = expandSize(owner, 'stride', options.stride ?? kernel, dims, 1);
  const padding = expandSize(owner, 'padding', options.padding ?? 0, dims);
  const step = (i: number) => stride[i] ?? 1;
  const usual = input.shape
    .slice(-dims)
    .map((size, i) => (size - 1) * step(i) + (kernel[i] ?? 1) - 2 * (padding[i] ?? 0));
  const outputSize = options.outputSize ?? usual;
  if (outputSize.length !== dims && outputSize.length !== dims + 2) {
    throw new RangeError(
      `${owner}: outputSize must have ${dims} or ${dims + 2} numbers, got [${outputSize.join(', ')}]`,
    );
  }
  const spatial = outputSize.slice(-dims);
  if (spatial.some((size, i) => Math.abs(size - (usual[i] ?? 0)) >= step(i) || !(size >= 0))) {
    throw new RangeError(
      `${owner}: outputSize must differ from [${usual.join(', ')}] by less than the stride ` +
        `[${stride.join(', ')}], got [${spatial.join(', ')}]`,
    );
  }
  return { stride, padding, outputSize: spatial };
}

/**
 * Puts pooled values back where they came from, and 0 elsewhere.
 * @param input `[*, length]`, what `maxPool1dWithIndices` gave
 * @param indices the places it gave with them
 * @throws RangeError for an output size that does not fit the window
 */
export function maxUnpool1d(
  input: Tensor,
  indices: Tensor,
  kernelSize: SpatialSize,
  options: UnpoolCall = {},
): Tensor {
  const { outputSize } = windowOf(1, input, indices, kernelSize, options);
  const asImage = functions.nn.maxUnpool2d(input.unsqueeze(-1), indices.unsqueeze(-1), [
    ...outputSize,
    1,
  ]);
  return asImage.squeeze(-1);
}

/** {@link maxUnpool1d} of images. @param input `[*, h, w]` */
export function maxUnpool2d(
  input: Tensor,
  indices: Tensor,
  kernelSize: SpatialSize,
  options: UnpoolCall = {},
): Tensor {
  const { outputSize } = windowOf(2, input, indices, kernelSize, options);
  return functions.nn.maxUnpool2d(input, indices, outputSize);
}

/** {@link maxUnpool1d} of volumes. @param input `[*, d, h, w]` */
export function maxUnpool3d(
  input: Tensor,
  indices: Tensor,
  kernelSize: SpatialSize,
  options: UnpoolCall = {},
): Tensor {
  const { outputSize, stride, padding } = windowOf(3, input, indices, kernelSize, options);
  return functions.nn.maxUnpool3d(input, indices, outputSize, stride, padding);
}
