import { type NativeFunction, native } from '@flambeau/native';

const found = new Map<string, NativeFunction>();

/** The native function of an overload, `aten('add', 'Tensor')`; it takes and gives wire values. */
export function aten(name: string, overload = ''): NativeFunction {
  const key = `${name}.${overload}`;
  let operator = found.get(key);
  if (operator === undefined) {
    operator = native.operator(`aten::${name}`, overload);
    found.set(key, operator);
  }
  return operator;
}
