import { Tensor } from './tensor.js';

/**
 * Copies arrays, plain objects, Maps and Sets, at any depth, with their parts replaced.
 * @param replace gives what takes the place of a part; undefined to go into it, or to leave it as
 * it is where it has no parts
 */
export function mapStructure(value: unknown, replace: (part: unknown) => unknown): unknown {
  const replacement = replace(value);
  if (replacement !== undefined) return replacement;
  if (typeof value !== 'object' || value === null) return value;
  const into = (part: unknown) => mapStructure(part, replace);
  if (Array.isArray(value)) return value.map(into);
  if (value instanceof Map) return new Map([...value].map(([key, part]) => [key, into(part)]));
  if (value instanceof Set) return new Set([...value].map(into));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, into(part)]));
}

/** {@link mapStructure} of the tensors only. */
export function mapTensors<T>(value: T, fn: (tensor: Tensor) => unknown): T {
  return mapStructure(value, (part) => (part instanceof Tensor ? fn(part) : undefined)) as T;
}

/** Was it made by `{…}` or `Object.create(null)`? */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
