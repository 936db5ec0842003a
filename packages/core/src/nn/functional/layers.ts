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
