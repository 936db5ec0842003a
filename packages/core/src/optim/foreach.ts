import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';

type Argument = number | boolean | null | readonly number[] | Handle | readonly Handle[];

/**
 * Runs `aten::_foreach_{name}`, one native call for lists of tensors; in-place ones end in `_`.
 * What it makes belongs to the scope around it.
 */
export function foreach(
  name: string,
  overload: string,
  ...operands: readonly Argument[]
): readonly Handle[] {
  return aten(`_foreach_${name}`, overload)(...operands) as readonly Handle[];
}
