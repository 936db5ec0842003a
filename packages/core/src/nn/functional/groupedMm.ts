import { ops } from '../../ops/dispatcher.js';
import type { DType } from '../../tensor/dtype.js';
import { checkOptions } from '../../tensor/options.js';
import type { Tensor } from '../../tensor/tensor.js';

export interface GroupedMmCall {
  /** Where each group ends along the dimension that a matrix is divided in, int32 `[groups]`. */
  offs?: Tensor | null;
  /** Added to each product; broadcast to it. */
  bias?: Tensor | null;
  /** The dtype of the result. Default: that of the operands. */
  outDtype?: DType | null;
}

/**
 * The matrix products of groups: of a batch of matrices, `[groups, m, k]`, or of the parts of one
 * that `offs` divides, `[m, k]`.
 * @param matB `[groups, k, n]`, or `[k, n]` divided by `offs`
 */
export function groupedMm(matA: Tensor, matB: Tensor, options: GroupedMmCall = {}): Tensor {
  checkOptions('groupedMm', options, ['offs', 'bias', 'outDtype']);
  const { offs = null, bias = null, outDtype = null } = options;
  return ops.aten._grouped_mm.default(matA, matB, offs, bias, outDtype);
}
