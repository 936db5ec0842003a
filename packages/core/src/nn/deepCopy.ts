import { Tensor } from '../tensor/tensor.js';
import { Parameter } from './parameter.js';

/** The method by which an object lets itself be copied: a new one of its class, without fields. */
export const blankCopy: unique symbol = Symbol('flambeau.blankCopy');

interface Copyable {
  [blankCopy](): object;
}

/** The new object that the fields of `value` are copied into; undefined for what is shared. */
function blankOf(value: object): object | undefined {
  if (blankCopy in value) return (value as Copyable)[blankCopy]();
  if (Array.isArray(value)) return [];
  return Object.getPrototypeOf(value) === Object.prototype ? {} : undefined;
}

/**
 * Copies tensors, and arrays, plain objects and modules with all that they hold; what was one
 * object stays one. All else is shared: functions, for instance.
 * @param copies what was copied already
 */
export function deepCopy<T>(value: T, copies: Map<unknown, unknown> = new Map()): T {
  if (typeof value !== 'object' || value === null) return value;
  if (copies.has(value)) return copies.get(value) as T;
  const copy = value instanceof Tensor ? copyTensor(value) : (blankOf(value) ?? value);
  copies.set(value, copy);
  if (copy !== value && !(value instanceof Tensor)) {
    for (const [name, part] of Object.entries(value)) {
      Reflect.set(copy, name, deepCopy(part, copies));
    }
  }
  return copy as T;
}

function copyTensor(tensor: Tensor): Tensor {
  const data = tensor.detach().clone();
  return tensor instanceof Parameter ? new Parameter(data, tensor.requiresGrad) : data;
}
