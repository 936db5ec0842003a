import { inspect } from 'node:util';
import type { Handle } from '@flambeau/native';
import { aten } from '../../ops/aten.js';
import { functions } from '../../ops/install.js';
import { wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { shapeText } from '../shapes.js';
import { expandSize, type SpatialDims, type SpatialSize } from '../sizes.js';
import { handleOf } from './handles.js';
import { adaptiveAvgPool2d, adaptiveAvgPool3d } from './pooling.js';

/**
 * How values between the given ones are found. 'nearestExact' takes the nearest centre, 'nearest'
 * the value at the rounded-down place; 'area' takes the mean.
 */
export type InterpolationMode =
  | 'nearest'
  | 'nearestExact'
  | 'linear'
  | 'bilinear'
  | 'bicubic'
  | 'trilinear'
  | 'lanczos'
  | 'area';

export interface InterpolateCall {
  /** The spatial size of the output. */
  size?: SpatialSize | null;
  /** Instead of `size`: the factor by which the input grows. */
  scaleFactor?: SpatialSize | null;
  /** Default 'nearest'. */
  mode?: InterpolationMode;
  /** Puts the centres of the corners in place, not their outer edges. Default false. */
  alignCorners?: boolean | null;
  /** Interpolates by the ratio of the sizes, not by the factor itself. Default false. */
  recomputeScaleFactor?: boolean | null;
  /** Averages over what a smaller image skips; for 'bilinear', 'bicubic' and 'lanczos'. Default false. */
  antialias?: boolean;
}

interface Kernel {
  /** The numbers of spatial dimensions that it takes. */
  readonly dims: readonly SpatialDims[];
  readonly operator?: (dims: SpatialDims, antialias: boolean) => string;
  readonly alignsCorners: boolean;
  readonly antialias: 'never' | 'optional' | 'always';
}

const anyDims: readonly SpatialDims[] = [1, 2, 3];
const plain = { alignsCorners: false, antialias: 'never' } as const;
const aligned = { alignsCorners: true, antialias: 'never' } as const;

const kernels: Readonly<Record<InterpolationMode, Kernel>> = {
  nearest: { ...plain, dims: anyDims, operator: (dims) => `upsample_nearest${dims}d` },
  nearestExact: { ...plain, dims: anyDims, operator: (dims) => `_upsample_nearest_exact${dims}d` },
  area: { ...plain, dims: anyDims },
  linear: { ...aligned, dims: [1], operator: () => 'upsample_linear1d' },
  bilinear: {
    alignsCorners: true,
    antialias: 'optional',
    dims: [2],
    operator: (_, antialias) => (antialias ? '_upsample_bilinear2d_aa' : 'upsample_bilinear2d'),
  },
  bicubic: {
    alignsCorners: true,
    antialias: 'optional',
    dims: [2],
    operator: (_, antialias) => (antialias ? '_upsample_bicubic2d_aa' : 'upsample_bicubic2d'),
  },
  trilinear: { ...aligned, dims: [3], operator: () => 'upsample_trilinear3d' },
  lanczos: {
    alignsCorners: false,
    antialias: 'always',
    dims: [2],
    operator: () => '_upsample_lanczos2d_aa',
  },
};

const owner = 'interpolate';

function kernelOf(input: Tensor, mode: InterpolationMode): [kernel: Kernel, dims: SpatialDims] {
  if (!Object.hasOwn(kernels, mode)) {
    throw new RangeError(
      `${owner}: mode must be '${Object.keys(kernels).join("', '")}', got ${inspect(mode)}`,
    );
  }
  const kernel = kernels[mode];
  const dims = kernel.dims.find((count) => count === input.ndim - 2);
  if (dims === undefined) {
    const accepted = kernel.dims.map((count) => count + 2).join(', ');
    throw new RangeError(
      `${owner}: mode '${mode}' takes an input of ${accepted} dimensions, got shape ${shapeText(input)}`,
    );
  }
  return [kernel, dims];
}

function checkCall(kernel: Kernel, mode: InterpolationMode, call: InterpolateCall): void {
  const { alignCorners = null, antialias = false } = call;
  if (alignCorners !== null && !kernel.alignsCorners && (alignCorners || mode !== 'lanczos')) {
    throw new RangeError(`${owner}: mode '${mode}' has no option alignCorners`);
  }
  if (antialias && kernel.antialias === 'never') {
    throw new RangeError(`${owner}: mode '${mode}' has no option antialias`);
  }
  if (!antialias && kernel.antialias === 'always') {
    throw new RangeError(`${owner}: mode '${mode}' needs antialias`);
  }
}

/** One factor for each dimension. */
function factorsOf(scaleFactor: SpatialSize, dims: SpatialDims): readonly number[] {
  const factors: readonly number[] =
    typeof scaleFactor === 'number' ? new Array(dims).fill(scaleFactor) : scaleFactor;
  if (factors.length !== dims || factors.some((factor) => !(factor > 0))) {
    throw new RangeError(
      `${owner}: scaleFactor must be a number above 0, or ${dims} of them, got ${inspect(scaleFactor)}`,
    );
  }
  return factors;
}

function areaMeans(input: Tensor, size: readonly number[]): Tensor {
  if (size.length === 1) return functions.torch.adaptiveAvgPool1d(input, size);
  return size.length === 2 ? adaptiveAvgPool2d(input, size) : adaptiveAvgPool3d(input, size);
}

/**
 * Makes a signal, an image or a volume larger or smaller, to a size or by a factor.
 * @param input `[batch, channels, *]` of 1 to 3 spatial dimensions; 'linear' takes 1, 'bilinear',
 *   'bicubic' and 'lanczos' 2, 'trilinear' 3
 * @throws RangeError unless exactly one of size and factor is given, and for options or dimensions
 *   that the mode does not have
 */
export function interpolate(input: Tensor, options: InterpolateCall = {}): Tensor {
  const handle = handleOf(owner, 'input', input);
  const { mode = 'nearest', scaleFactor = null, recomputeScaleFactor = false } = options;
  const [kernel, dims] = kernelOf(input, mode);
  checkCall(kernel, mode, options);
  if ((scaleFactor === null) === ((options.size ?? null) === null)) {
    throw new RangeError(`${owner}: give either size or scaleFactor`);
  }
  if (recomputeScaleFactor && scaleFactor === null) {
    throw new RangeError(`${owner}: recomputeScaleFactor needs a scaleFactor`);
  }
  let size: readonly number[] | null = null;
  let factors: readonly number[] | null = null;
  if (scaleFactor === null) size = expandSize(owner, 'size', options.size ?? 0, dims, 1);
  else factors = factorsOf(scaleFactor, dims);
  if (factors !== null && (recomputeScaleFactor || kernel.operator === undefined)) {
    const given = factors;
    size = input.shape.slice(2).map((length, i) => Math.floor(length * (given[i] ?? 1)));
    factors = null;
  }
  if (kernel.operator === undefined) return areaMeans(input, size ?? []);
  const operator = aten(kernel.operator(dims, options.antialias ?? false), 'vec');
  const takesCorners = kernel.alignsCorners || kernel.antialias !== 'never';
  const corners = takesCorners ? [options.alignCorners ?? false] : [];
  return wrap(operator(handle, size, ...corners, factors) as Handle);
}
