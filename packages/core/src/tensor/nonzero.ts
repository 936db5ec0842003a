import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { wrap } from './scope.js';
import type { Tensor } from './tensor.js';

/**
 * Where the elements are that are not zero: an int64 tensor of one row each, with its position; or
 * with `asTuple` one tensor for each dimension, which `at` takes as indices.
 */
export function nonzero(tensor: Tensor, options?: { readonly asTuple?: false }): Tensor;
export function nonzero(tensor: Tensor, options: { readonly asTuple: true }): Tensor[];
export function nonzero(
  tensor: Tensor,
  options?: { readonly asTuple?: boolean },
): Tensor | Tensor[];
export function nonzero(
  tensor: Tensor,
  options: { readonly asTuple?: boolean } = {},
): Tensor | Tensor[] {
  if (!options.asTuple) return wrap(aten('nonzero')(tensor.handle) as Handle);
  return (aten('nonzero_numpy')(tensor.handle) as Handle[]).map(wrap);
}
