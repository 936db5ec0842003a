import { inspect } from 'node:util';
import type { ScriptValue } from '@flambeau/native';
import { wrap } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** @throws TypeError for what TorchScript has no value for */
export function encode(value: unknown): ScriptValue | undefined {
  if (value instanceof Tensor) return { tensor: value.handle };
  if (isArray(value)) return value.map((item) => encode(item) ?? null);
  if (value instanceof Map) return encodeEntries(value);
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
    case 'number':
    case 'bigint':
    case 'string':
      return value;
    case 'object':
      return value === null ? null : encodeObject(value);
    default:
      throw new TypeError(`a ScriptModule cannot take ${inspect(value)}`);
  }
}

function encodeEntries(entries: Iterable<readonly [unknown, unknown]>): ScriptValue {
  return {
    entries: [...entries].map(([key, item]) => [encode(key) ?? null, encode(item) ?? null]),
  };
}

function encodeObject(value: object): ScriptValue {
  const { re, im } = value as { re?: unknown; im?: unknown };
  if (typeof re === 'number' && typeof im === 'number') return { re, im };
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) {
    return encodeEntries(Object.entries(value));
  }
  throw new TypeError(`a ScriptModule cannot take ${inspect(value, { depth: 0 })}`);
}

/** Tuples are arrays, dictionaries plain objects where all keys are texts and Maps where not. */
export function decode(value: ScriptValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isArray(value)) return value.map((item) => decode(item as ScriptValue));
  if ('tensor' in value) return wrap(value.tensor);
  if (!('entries' in value)) return value;
  const entries = value.entries.map(([key, item]) => [decode(key), decode(item)] as const);
  return entries.every(([key]) => typeof key === 'string')
    ? Object.fromEntries(entries)
    : new Map(entries);
}
