import type { Handle } from '@flambeau/native';
import type { Tensor } from '../tensor/tensor.js';
import { aten } from './aten.js';

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

/** Which tensors have the same key, by their positions; groups and positions are in order. */
export function groupPositions(
  tensors: readonly Tensor[],
  keyOf: (tensor: Tensor) => string,
): number[][] {
  const groups = new Map<string, number[]>();
  for (const [position, tensor] of tensors.entries()) {
    const key = keyOf(tensor);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [position]);
    else group.push(position);
  }
  return [...groups.values()];
}
