import { type Handle, native } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { checkOptions } from './options.js';
import { wrap } from './scope.js';
import type { Tensor } from './tensor.js';

export interface UniqueOptions {
  /** Sort the values in ascending order. Default: true. */
  readonly sorted?: boolean;
  /** Also give, in the shape of the input, where each element is among the values. */
  readonly returnInverse?: boolean;
  /** Also give how often each value occurs. */
  readonly returnCounts?: boolean;
  /** Compare the slices along this dimension; by default the elements. */
  readonly dim?: number | null;
}

/** What {@link unique} gives: what was not asked for is left out. */
export interface UniqueResult {
  readonly values: Tensor;
  readonly inverse?: Tensor;
  readonly counts?: Tensor;
}

/**
 * The distinct elements of a tensor.
 * @returns the values, a tensor; with `returnInverse` or `returnCounts` an object that has these
 * int64 tensors too.
 */
export function unique(
  tensor: Tensor,
  options?: UniqueOptions & { readonly returnInverse?: false; readonly returnCounts?: false },
): Tensor;
export function unique(tensor: Tensor, options: UniqueOptions): UniqueResult;
export function unique(tensor: Tensor, options: UniqueOptions = {}): Tensor | UniqueResult {
  checkOptions('unique', options, ['sorted', 'returnInverse', 'returnCounts', 'dim']);
  const { sorted = true, returnInverse = false, returnCounts = false, dim = null } = options;
  const handles =
    dim === null
      ? aten('_unique2')(tensor.handle, sorted, returnInverse, returnCounts)
      : aten('unique_dim')(tensor.handle, dim, sorted, returnInverse, returnCounts);
  const [values, inverse, counts] = handles as [Handle, Handle, Handle];
  if (!returnInverse) native.dispose(inverse);
  if (!returnCounts) native.dispose(counts);
  if (!returnInverse && !returnCounts) return wrap(values);
  return {
    values: wrap(values),
    ...(returnInverse && { inverse: wrap(inverse) }),
    ...(returnCounts && { counts: wrap(counts) }),
  };
}
