import type { NativeFunction } from '@flambeau/native';
import type { CallForm, Schema } from '@flambeau/native/schema';
import { isComplexValue } from '../tensor/nestedData.js';
import { Tensor } from '../tensor/tensor.js';
import { type Misfit, type Options, Overload, type OverloadEntry } from './overload.js';
import { SignatureError } from './signatureError.js';

// Note [The short way]
// Choosing an overload costs more than a small operator does. A call with at most four arguments
// that are tensors, numbers, booleans or null, and no options object, is therefore remembered by
// the types of its arguments: the next such call goes straight to the native function. Nothing is
// allocated on this way but the result.

/** The codes of argument types, three bits each. */
const type = {
  absent: 0,
  whole: 1,
  fraction: 2,
  boolean: 3,
  bigint: 4,
  null: 5,
  tensor: 6,
  /** Strings, arrays and other objects: they need a conversion, and take the long way. */
  other: 7,
} as const;

function typeCode(value: unknown): number {
  switch (typeof value) {
    case 'undefined':
      return type.absent;
    case 'number':
      return Number.isInteger(value) ? type.whole : type.fraction;
    case 'boolean':
      return type.boolean;
    case 'bigint':
      return type.bigint;
    case 'object':
      if (value === null) return type.null;
      return value instanceof Tensor ? type.tensor : type.other;
    default:
      return type.other;
  }
}

/** Call of a native function whose arguments are the caller's, in order. */
interface Shortcut {
  readonly call: NativeFunction;
  readonly arity: number;
  readonly gives: 'newTensor' | 'firstArgument' | 'other';
  readonly overload: Overload;
}

const noShortcut = -1;

/** A public operator: a name and its overloads. */
export class Operator {
  readonly name: string;
  readonly #entries: readonly OverloadEntry[];
  readonly #form: CallForm;
  #overloads: readonly Overload[] | undefined;
  #lastKey: number = noShortcut;
  #lastShortcut: Shortcut | undefined;
  readonly #shortcuts = new Map<number, Shortcut>();

  constructor(name: string, entries: readonly OverloadEntry[], form: CallForm) {
    this.name = name;
    this.#entries = entries;
    this.#form = form;
  }

  /** The overloads in the order in which they are tried. */
  get overloads(): readonly Overload[] {
    this.#overloads ??= this.#entries.map((entry) => new Overload(entry, this.#form));
    return this.#overloads;
  }

  /** Calls the operator with up to five arguments; of a method the first is the tensor. */
  call(a: unknown, b: unknown, c: unknown, d: unknown, e: unknown): unknown {
    let key = typeCode(a);
    if (b !== undefined) key |= typeCode(b) << 3;
    if (c !== undefined) key |= typeCode(c) << 6;
    if (d !== undefined) key |= typeCode(d) << 9;
    if (e !== undefined) key |= typeCode(e) << 12;
    if (key !== this.#lastKey) {
      const known = this.#shortcuts.get(key);
      if (known === undefined) return this.apply(withoutAbsent([a, b, c, d, e]), key);
      this.#lastKey = key;
      this.#lastShortcut = known;
    }
    const shortcut = this.#lastShortcut as Shortcut;
    const result = callNative(shortcut, a, b, c, d, e);
    switch (shortcut.gives) {
      case 'newTensor':
        return typeof result === 'number' ? new Tensor(result) : result;
      case 'firstArgument':
        return a;
      default:
        return shortcut.overload.readResult(result, [a, b, c, d, e]);
    }
  }

  /** Calls the operator with any arguments, the last of which may be the options. */
  apply(args: readonly unknown[], key: number = noShortcut): unknown {
    const last = args[args.length - 1];
    const options = isOptions(last) ? last : undefined;
    const positional = options === undefined ? args : args.slice(0, -1);
    let misfits: Misfit[] | undefined;
    for (const overload of this.overloads) {
      const binding = overload.bind(positional, options);
      if (typeof binding === 'function') {
        misfits = [...(misfits ?? []), binding];
        continue;
      }
      if (options === undefined && key !== noShortcut) this.#remember(key, args, overload);
      return binding.overload.run(binding);
    }
    throw new SignatureError(this.name, this.#form, args, this.overloads, misfits ?? []);
  }

  /** Keeps the short way to an overload, where the wire arguments are the caller's in order. */
  #remember(key: number, args: readonly unknown[], overload: Overload): void {
    if (args.some((arg) => typeCode(arg) === type.other)) return;
    if (args.some((_, i) => overload.positional[i]?.wireIndex !== i)) return;
    if (overload.takesSizes) return;
    this.#shortcuts.set(key, {
      call: overload.call,
      arity: overload.arity,
      overload,
      gives: kindOfResult(overload.schema),
    });
  }
}

function kindOfResult({ parameters, returns }: Schema): Shortcut['gives'] {
  const [result] = returns;
  if (result === undefined || returns.length > 1) return 'other';
  if (result.type.base !== 'Tensor' || result.type.list) return 'other';
  if (!result.type.written) return 'newTensor';
  return parameters[0]?.type.aliasSet === result.type.aliasSet ? 'firstArgument' : 'other';
}

/** Operators with at most three arguments are called with all of them, which the addon has fast. */
function callNative(
  { call, arity }: Shortcut,
  a: unknown,
  b: unknown,
  c: unknown,
  d: unknown,
  e: unknown,
): unknown {
  switch (arity) {
    case 1:
      return call(wire(a));
    case 2:
      return call(wire(a), wire(b));
    case 3:
      return call(wire(a), wire(b), wire(c));
    case 4:
      return call(wire(a), wire(b), wire(c), wire(d));
    default:
      return call(wire(a), wire(b), wire(c), wire(d), wire(e));
  }
}

function wire(value: unknown): unknown {
  return value instanceof Tensor ? value.handle : value;
}

function withoutAbsent(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length);
}

/** Plain objects are options; complex numbers are not. */
function isOptions(value: unknown): value is Options {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !isComplexValue(value);
}
