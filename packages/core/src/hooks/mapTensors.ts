import { Tensor } from '../tensor/tensor.js';

/** `value` with `fn` done to every tensor in it: itself, or in arrays and plain objects. */
export function mapTensors<T>(value: T, fn: (tensor: Tensor) => Tensor): T {
  return map(value, fn) as T;
}

function map(value: unknown, fn: (tensor: Tensor) => Tensor): unknown {
  if (value instanceof Tensor) return fn(value);
  if (Array.isArray(value)) return value.map((part) => map(part, fn));
  if (typeof value !== 'object' || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, map(part, fn)]));
}
