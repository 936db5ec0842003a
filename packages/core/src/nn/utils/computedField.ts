import type { Tensor } from '../../tensor/tensor.js';
import type { AnyModule } from '../module.js';

/** Makes the field `name` of a module one that is computed, so that it is no part of its state. */
export function computedField(
  module: AnyModule,
  name: string,
  get: () => Tensor,
  set?: (value: Tensor) => void,
): void {
  Reflect.deleteProperty(module, name);
  Object.defineProperty(module, name, { configurable: true, enumerable: false, get, set });
}

/** Makes a computed field a parameter or buffer again. */
export function restoreField(module: AnyModule, name: string, value: Tensor): void {
  Reflect.deleteProperty(module, name);
  Reflect.set(module, name, value);
}

/** Is the field computed? */
export function isComputed(module: AnyModule, name: string): boolean {
  return Object.getOwnPropertyDescriptor(module, name)?.get !== undefined;
}
