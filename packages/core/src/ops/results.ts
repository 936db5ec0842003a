import type { Handle } from '@flambeau/native';
import { camelCase, type Return, type Schema } from '@flambeau/native/schema';
import { dtypeOf, layoutOf } from '../tensor/dtype.js';
import { wrapOrNull } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** Turns what the addon returns into what the caller gets. `written` are the given arguments. */
export type ResultReader = (value: unknown, written: readonly unknown[]) => unknown;

/** How the results of a schema are read. */
export function resultReader(schema: Schema): ResultReader {
  const { returns } = schema;
  const [first] = returns;
  if (first === undefined) return () => undefined;
  const readers = returns.map((result) => reader(schema, result));
  const [single] = readers;
  if (returns.length === 1 && single !== undefined) return single;
  const make = tupleMaker(returns);
  return (value, written) => {
    const values = value as readonly unknown[];
    return make(readers.map((read, i) => read(values[i], written)));
  };
}

function reader(schema: Schema, { type }: Return): ResultReader {
  if (type.written) {
    const source = schema.parameters.findIndex(
      (parameter) => parameter.type.written && parameter.type.aliasSet === type.aliasSet,
    );
    return (_, written) => written[source];
  }
  if (type.base === 'Tensor')
    return type.list ? wrapAll : (value) => wrapOrNull(value as Handle | null);
  if (type.base === 'ScalarType') return (value) => dtypeOf(value as number);
  if (type.base === 'Layout') return (value) => layoutOf(value as number);
  return (value) => value;
}

function wrapAll(value: unknown): (Tensor | null)[] {
  return (value as readonly (Handle | null)[]).map(wrapOrNull);
}

/** Makes frozen arrays that also have their items by the schema's names. */
function tupleMaker(returns: readonly Return[]): (items: readonly unknown[]) => readonly unknown[] {
  const names = returns.map(({ name }) => (name === undefined ? '' : camelCase(name)));
  if (names.includes('')) return Object.freeze;
  class NamedTuple extends Array<unknown> {
    static override get [Symbol.species](): ArrayConstructor {
      return Array;
    }
  }
  for (const [i, name] of names.entries()) {
    Object.defineProperty(NamedTuple.prototype, name, {
      get(this: readonly unknown[]) {
        return this[i];
      },
    });
  }
  return (items) => Object.freeze(NamedTuple.from(items));
}
