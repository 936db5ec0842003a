import { dtypeCodes, type Handle } from '@flambeau/native';
import type { Scalar } from '../ops/argumentTypes.js';
import { aten } from '../ops/aten.js';
import type { DType } from './dtype.js';
import { wrap } from './scope.js';
import type { Tensor } from './tensor.js';

export interface NormOptions {
  readonly dim?: number | readonly number[] | null;
  readonly keepdim?: boolean;
  /** Converted to before it is computed. */
  readonly dtype?: DType | null;
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
  const over = (isOptions(dim) ? undefined : dim) ?? options.dim ?? null;
  const keep = (isOptions(keepdim) ? undefined : keepdim) ?? options.keepdim ?? false;
  const dtype = options.dtype == null ? undefined : dtypeCodes[options.dtype];
  if (order === 'nuc') {
    const dims = over ?? [-2, -1];
    return wrap(
      aten('linalg_matrix_norm', 'str_ord')(tensor.handle, 'nuc', dims, keep, dtype) as Handle,
    );
  }
  const power = order === 'fro' || order === null ? 2 : order;
  return wrap(aten('linalg_vector_norm')(tensor.handle, power, over, keep, dtype) as Handle);
}

function isOptions(value: unknown): value is NormOptions {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('re' in value);
}
