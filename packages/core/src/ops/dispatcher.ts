import { native } from '@flambeau/native';
import { parseSchema } from '@flambeau/native/schema';
import type { AtenOperators } from '../generated/atenOperators.js';
import { Operator } from './operator.js';

/** One overload of the dispatcher. Takes arguments by position, the rest in an options object. */
export type RawOperator = (...args: readonly unknown[]) => unknown;

/** The overloads of one operator; the unnamed one is `default`. */
export type RawOperators = Readonly<Record<string, RawOperator>>;

/**
 * Every overload of libtorch's dispatcher under its own name, the ones that are not public too:
 * `ops.aten._fused_adamw_.default(…)`, `ops.aten.add.Tensor(a, b, { alpha: 2 })`. Those of
 * native_functions.yaml have types; the others are there as well.
 */
export const ops = {
  get aten(): AtenOperators & Readonly<Record<string, RawOperators>> {
    tables ??= readDispatcher();
    return tables as AtenOperators & Readonly<Record<string, RawOperators>>;
  },
};

let tables: Readonly<Record<string, RawOperators>> | undefined;

function readDispatcher(): Record<string, RawOperators> {
  const found: Record<string, Record<string, RawOperator>> = {};
  for (const text of native.operators()) {
    const { name, overload } = parseSchema(text);
    const operator = new Operator(`aten.${name}`, [text], 'function');
    found[name] ??= {};
    found[name][overload === '' ? 'default' : overload] = (...args) => operator.apply(args);
  }
  return found;
}
