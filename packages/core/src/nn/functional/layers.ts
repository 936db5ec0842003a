import type { Handle } from '@flambeau/native';
import { noGrad } from '../../autograd/gradMode.js';
import { aten } from '../../ops/aten.js';
import { wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { rowIndex } from '../checks.js';
import { handleOf, optionalHandle } from './handles.js';

/** y = x Wᵀ + b. @param input `[*, in]` @param weight `[out, in]` @param bias `[out]` */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  return wrap(
    aten('linear')(
      handleOf('linear', 'input', input),
      handleOf('linear', 'weight', weight),
      optionalHandle('linear', 'bias', bias),
    ) as Handle,
  );
}

export interface EmbeddingLookup {
  /** A row that gets no gradient; a negative one counts from the end. */
  paddingIdx?: number | null;
  /** Scales rows that are longer, in place, down to this norm before they are looked up. */
  maxNorm?: number | null;
  /** The p of that norm. Default 2. */
  normType?: number;
  /** Divides a row's gradient by how often it occurs in the indices. Default false. */
  scaleGradByFreq?: boolean;
  /** Makes the table's gradient a sparse tensor. Default false. */
  sparse?: boolean;
}

/**
 * Rows of a table.
 * @param input whole-number indices `[*]`
 * @param weight `[rows, columns]`
 * @returns `[*, columns]`
 */
export function embedding(input: Tensor, weight: Tensor, options: EmbeddingLookup = {}): Tensor {
  const { paddingIdx = null, maxNorm = null, normType = 2 } = options;
  const { scaleGradByFreq = false, sparse = false } = options;
  const table = handleOf('embedding', 'weight', weight);
  const indices = handleOf('embedding', 'input', input);
  // -1 stands for no padding row.
  const padding = paddingIdx === null ? -1 : rowIndex(paddingIdx, weight.size(0));
  if (maxNorm !== null) {
    noGrad(() => aten('embedding_renorm_')(table, indices, maxNorm, normType));
  }
  return wrap(aten('embedding')(table, indices, padding, scaleGradByFreq, sparse) as Handle);
}

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
