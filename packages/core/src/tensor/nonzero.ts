import { functions } from '../ops/install.js';
import { checkOptions } from './options.js';
import type { Tensor } from './tensor.js';

/** How {@link nonzero} gives the positions. */
export interface NonzeroOptions {
  /** One tensor for each dimension. Default: false. */
  readonly asTuple?: boolean;
  /** Takes the positions; not with `asTuple`. */
  readonly out?: Tensor;
}

/**
 * Where the elements are that are not zero: an int64 tensor of one row each, with its position; or
 * with `asTuple` one tensor for each dimension, which `at` takes as indices.
 */
export function nonzero(
  tensor: Tensor,
  options?: NonzeroOptions & { readonly asTuple?: false },
): Tensor;
export function nonzero(tensor: Tensor, options: { readonly asTuple: true }): Tensor[];
export function nonzero(tensor: Tensor, options?: NonzeroOptions): Tensor | Tensor[];
export function nonzero(tensor: Tensor, options: NonzeroOptions = {}): Tensor | Tensor[] {
  const { asTuple = false, ...others } = options;
  if (!asTuple) return functions.torch.nonzero(tensor, others);
  checkOptions('nonzero', options, ['asTuple']);
  return functions.torch.nonzeroNumpy(tensor);
}
