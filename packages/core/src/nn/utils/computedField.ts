import type { Tensor } from '../../tensor/tensor.js';
import type { AnyModule } from '../module.js';

export type AnyClass = abstract new (...given: never[]) => AnyModule;

interface ComputedTensor {
  get(module: AnyModule): Tensor;
  set?(module: AnyModule, value: Tensor): void;
}

/** Gives a module a subclass of its class that is its own, and its copies', under that name. */
export function giveOwnClass(module: AnyModule, name: string): void {
  const Plain = module.constructor as AnyClass;
  abstract class Own extends Plain {}
  Object.defineProperty(Own, 'name', { value: name });
  Object.setPrototypeOf(module, Own.prototype);
}

/**
 * Makes the field `name` of a module one that is computed, so that it is no part of its state. It
 * belongs to the class, which must be the module's own, so that copies of the module have it too.
 */
export function computeField(module: AnyModule, name: string, { get, set }: ComputedTensor): void {
  Reflect.deleteProperty(module, name);
  Object.defineProperty(Object.getPrototypeOf(module), name, {
    configurable: true,
    get(this: AnyModule) {
      return get(this);
    },
    set(this: AnyModule, value: Tensor) {
      if (set === undefined) throw new TypeError(`${name} is computed: nothing can be assigned`);
      set(this, value);
    },
  });
}

/** Makes a computed field a parameter or buffer again. */
export function restoreField(module: AnyModule, name: string, value: Tensor): void {
  const field = { value, configurable: true, enumerable: true, writable: true };
  Object.defineProperty(module, name, field);
}

/** Is the field computed? */
export function isComputed(module: AnyModule, name: string): boolean {
  return name in module && !Object.hasOwn(module, name);
}
