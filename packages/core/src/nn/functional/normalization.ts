import type { Handle } from '@flambeau/native';
import { aten } from '../../ops/aten.js';
import { functions } from '../../ops/install.js';
import { wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { shapeText } from '../shapes.js';
import { handleOf, optionalHandle } from './handles.js';

export interface BatchNormCall {
  /** Scale, `[channels]`. */
  weight?: Tensor | null;
  /** Shift, `[channels]`. */
  bias?: Tensor | null;
  /** Normalises by the batch's statistics and updates the running ones. Default false. */
  training?: boolean;
  /** Weight of the batch in the running statistics. Default 0.1. */
  momentum?: number;
  /** Default 1e-5. */
  eps?: number;
}

/**
 * (x - mean) / sqrt(var + eps), scaled and shifted, over all dimensions but the second (Ioffe and
 * Szegedy 2015).
 * @param input `[batch, channels, *]`
 * @param runningMean `[channels]`, used in evaluation, updated in training
 * @throws RangeError for a single value per channel in training, or an eps that is too small
 */
export function batchNorm(
  input: Tensor,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  options: BatchNormCall = {},
): Tensor {
  const { weight, bias, training = false, momentum = 0.1, eps = 1e-5 } = options;
  const handle = handleOf('batchNorm', 'input', input);
  if (training) checkValuesPerChannel(input.shape);
  if (!(eps >= 0) || (training && eps === 0)) {
    throw new RangeError(
      `batchNorm: eps must be ${training ? 'positive in training' : 'at least 0'}, got ${eps}`,
    );
  }
  return wrap(
    aten('batch_norm')(
      handle,
      optionalHandle('batchNorm', 'weight', weight),
      optionalHandle('batchNorm', 'bias', bias),
      optionalHandle('batchNorm', 'runningMean', runningMean),
      optionalHandle('batchNorm', 'runningVar', runningVar),
      training,
      momentum,
      eps,
      true,
    ) as Handle,
  );
}

function checkValuesPerChannel(shape: readonly number[]): void {
  const [batch = 1, , ...positions] = shape;
  if (positions.reduce((count, size) => count * size, batch) === 1) {
    throw new RangeError(
      `Expected more than 1 value per channel when training, got input shape [${shape.join(', ')}]`,
    );
  }
}

export interface InstanceNormCall {
  /** `[channels]`; in training they are updated with the mean over the batch. */
  runningMean?: Tensor | null;
  runningVar?: Tensor | null;
  /** Scale, `[channels]`. */
  weight?: Tensor | null;
  /** Shift, `[channels]`. */
  bias?: Tensor | null;
  /** Normalises by the statistics of the input, not by the running ones. Default true. */
  useInputStats?: boolean;
  /** Weight of the batch in the running statistics. Default 0.1. */
  momentum?: number;
  /** Default 1e-5. */
  eps?: number;
}

/**
 * (x - mean) / sqrt(var + eps), scaled and shifted, over the spatial dimensions of each channel of
 * each sample (Ulyanov et al. 2016).
 * @param input `[batch, channels, *]`
 * @throws RangeError for a single value per channel
 */
export function instanceNorm(input: Tensor, options: InstanceNormCall = {}): Tensor {
  const { useInputStats = true, momentum = 0.1, eps = 1e-5 } = options;
  const handle = handleOf('instanceNorm', 'input', input);
  if (useInputStats && input.shape.slice(2).reduce((count, size) => count * size, 1) === 1) {
    throw new RangeError(
      `Expected more than 1 spatial element when training, got input shape ${shapeText(input)}`,
    );
  }
  return wrap(
    aten('instance_norm')(
      handle,
      optionalHandle('instanceNorm', 'weight', options.weight),
      optionalHandle('instanceNorm', 'bias', options.bias),
      optionalHandle('instanceNorm', 'runningMean', options.runningMean),
      optionalHandle('instanceNorm', 'runningVar', options.runningVar),
      useInputStats,
      momentum,
      eps,
      true,
    ) as Handle,
  );
}

export interface AffineCall {
  /** Scale, `[channels]`. */
  weight?: Tensor | null;
  /** Shift, `[channels]`. */
  bias?: Tensor | null;
  /** Default 1e-5. */
  eps?: number;
}

/**
 * (x - mean) / sqrt(var + eps), scaled and shifted, over each of `numGroups` groups of channels of
 * each sample (Wu and He 2018).
 * @param input `[batch, channels, *]`
 * @throws RangeError for fewer than 2 dimensions, and for a single value per group
 */
export function groupNorm(input: Tensor, numGroups: number, options: AffineCall = {}): Tensor {
  handleOf('groupNorm', 'input', input);
  const [batch, channels, ...positions] = input.shape;
  if (batch === undefined || channels === undefined) {
    throw new RangeError(
      `groupNorm: the input must have at least 2 dimensions, got shape ${shapeText(input)}`,
    );
  }
  checkValuesPerChannel([Math.floor((batch * channels) / numGroups), numGroups, ...positions]);
  return functions.torch.groupNorm(input, numGroups, { ...options });
}

export interface LocalResponseCall {
  /** Default 1e-4. */
  alpha?: number;
  /** Default 0.75. */
  beta?: number;
  /** Default 1. */
  k?: number;
}

/**
 * x / (k + alpha / size · Σ x²)^beta, where the sum is over `size` neighbouring channels, the
 * missing ones counted as 0 (Krizhevsky et al. 2012).
 * @param input `[batch, channels, *]`, of at least 3 dimensions
 * @throws RangeError for fewer dimensions
 */
export function localResponseNorm(
  input: Tensor,
  size: number,
  options: LocalResponseCall = {},
): Tensor {
  const { alpha = 1e-4, beta = 0.75, k = 1 } = options;
  handleOf('localResponseNorm', 'input', input);
  if (input.ndim < 3) {
    throw new RangeError(
      `localResponseNorm: the input must have at least 3 dimensions, got shape ${shapeText(input)}`,
    );
  }
  if (input.numel() === 0) return input;
  const [batch = 0, channels = 0] = input.shape;
  const squares = input.square().reshape([batch, 1, channels, -1]);
  const before = Math.floor(size / 2);
  const padded = functions.nn.pad(squares, [0, 0, before, size - 1 - before]);
  const means = functions.nn.avgPool2d(padded, [size, 1], 1).reshape(input.shape);
  return input.div(means.mul(alpha).add(k).pow(beta));
}

export interface NormalizeCall {
  /** The p of the norm. Default 2. */
  p?: number;
  /** Default 1. */
  dim?: number | readonly number[];
  /** The smallest divisor. Default 1e-12. */
  eps?: number;
}

/** x / max(‖x‖, eps) with the p-norm along `dim`. */
export function normalize(input: Tensor, options: NormalizeCall = {}): Tensor {
  handleOf('normalize', 'input', input);
  const { p = 2, dim = 1, eps = 1e-12 } = options;
  const norms = functions.linalg.vectorNorm(input, { ord: p, dim, keepdim: true });
  return input.div(norms.clampMin(eps));
}
