import type { Scalar } from '../ops/argumentTypes.js';
import { functions } from '../ops/install.js';
import type { DType } from './dtype.js';
import type { Tensor } from './tensor.js';

export interface NormOptions {
  readonly dim?: number | readonly number[] | null;
  readonly keepdim?: boolean;
  /** Converted to before it is computed. */
  readonly dtype?: DType | null;
  /** Takes the result. */
  readonly out?: Tensor;
}

/**
 * `torch.norm`: 'fro' and null are the 2-norm of the elements, 'nuc' the sum of the singular
 * values of matrices, a number the p-norm of the elements.
 */
export function norm(
  tensor: Tensor,
  p: Scalar | 'fro' | 'nuc' | null | NormOptions = 'fro',
  dim?: number | readonly number[] | null | NormOptions,
  keepdim?: boolean | NormOptions,
  options: NormOptions = {},
): Tensor {
  for (const last of [p, dim, keepdim]) if (isOptions(last)) options = last;
  const order = isOptions(p) ? 'fro' : p;
  const { dim: namedDim, keepdim: namedKeepdim, ...others } = options;
  const over = (isOptions(dim) ? undefined : dim) ?? namedDim ?? null;
  const keep = (isOptions(keepdim) ? undefined : keepdim) ?? namedKeepdim ?? false;
  const { linalg } = functions;
  if (order === 'nuc') {
    const dims = typeof over === 'number' ? [over] : (over ?? [-2, -1]);
    return linalg.matrixNorm(tensor, 'nuc', dims, keep, others);
  }
  const power = order === 'fro' || order === null ? 2 : order;
  return linalg.vectorNorm(tensor, power, over, keep, others);
}

function isOptions(value: unknown): value is NormOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('re' in value);
}
