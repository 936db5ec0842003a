import { Tensor, tidy } from '@flambeau/core';

/**
 * A text that only equal data have: JSON with the keys of objects in order, and other than JSON with
 * NaN, infinite numbers, bigints, undefined items and tensors as they are.
 * @throws TypeError for what does not show what it holds, such as a function or a Map
 */
export function canonicalText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Tensor) {
    const { dtype, shape } = value;
    const values = tidy(() => value.flatten().toArray());
    return `${dtype} [${shape}] ${canonicalText(values)}`;
  }
  if (Array.isArray(value)) return `[${Array.from(value, canonicalText)}]`;
  if (typeof value === 'object' && value !== null) return objectText(value);
  if (typeof value === 'function' || typeof value === 'symbol') throw unknownKind(value);
  return `${value}`;
}

function objectText(value: object): string {
  if ('toJSON' in value && typeof value.toJSON === 'function') return canonicalText(value.toJSON());
  const entries = Object.entries(value).filter(([, it]) => it !== undefined);
  const prototype = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  if (entries.length === 0 && !isPlain) throw unknownKind(value);
  const members = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, it]) => `${JSON.stringify(key)}:${canonicalText(it)}`);
  return `{${members}}`;
}

function unknownKind(value: object | symbol): TypeError {
  return new TypeError(`expected plain data, bytes or tensors, got a ${value.constructor.name}`);
}
