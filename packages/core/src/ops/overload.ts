import { type NativeFunction, native } from '@flambeau/native';
import {
  argumentType,
  type CallForm,
  fullForm,
  isSizeList,
  makesLeaves,
  type Parameter,
  parseSchema,
  type Schema,
} from '@flambeau/native/schema';
import type { Tensor } from '../tensor/tensor.js';
import { type Conversion, conversionFor, mismatch } from './conversions.js';
import { type ResultReader, resultReader } from './results.js';

/** One overload as the generator writes it: its schema, or that and the schema of its out form. */
export type OverloadEntry = string | readonly [schema: string, out: string];

/** Overloads by public name, in the order in which they are tried. */
export type OverloadTable = Readonly<Record<string, readonly OverloadEntry[]>>;

/** The tables of all namespaces, and under 'tensor' that of the methods. */
export type OverloadTables = Readonly<
  Record<
    'tensor' | 'torch' | 'nn' | 'linalg' | 'fft' | 'special' | 'sparse' | 'nested',
    OverloadTable
  >
>;

/** The named arguments of a call. */
export type Options = Readonly<Record<string, unknown>>;

interface Slot {
  readonly parameter: Parameter;
  readonly name: string;
  /** The place among the arguments of the native function. */
  readonly wireIndex: number;
  readonly convert: Conversion;
}

/** Why arguments do not fit an overload, in words; asked for only when none fits. */
export type Misfit = () => string;

const noValues: unknown[] = [];

/** Arguments that fit an overload. */
export interface Binding {
  readonly overload: Overload;
  /** In schema order; undefined for the schema's default. */
  readonly wire: readonly unknown[];
  /** The caller's values in the same order, where the result is one of them. */
  readonly given: readonly unknown[];
  readonly requiresGrad: boolean;
}

/** One overload: takes a call's arguments where they fit, and calls the native function. */
export class Overload {
  readonly schema: Schema;
  /** Number of arguments of the native function. */
  readonly arity: number;
  /** The positional arguments in the caller's order; of a method, the first is the tensor. */
  readonly positional: readonly Slot[];
  readonly readResult: ResultReader;
  readonly #form: CallForm;
  readonly #byName = new Map<string, Slot>();
  readonly #written: readonly Slot[];
  readonly #required: readonly Slot[];
  readonly #readsGiven: boolean;
  readonly #out: Overload | undefined;
  /** May the one list of whole numbers be spelled out? */
  readonly takesSizes: boolean;
  readonly #takesRequiresGrad: boolean;
  #call: NativeFunction | undefined;

  constructor(entry: OverloadEntry, form: CallForm) {
    const [text, out] = typeof entry === 'string' ? [entry, undefined] : entry;
    this.schema = parseSchema(text);
    this.#form = form;
    this.#out = out === undefined ? undefined : new Overload(out, form);
    const { parameters } = this.schema;
    this.arity = parameters.length;
    const slots = parameters.map((parameter, wireIndex) => ({
      parameter,
      name: parameter.publicName,
      wireIndex,
      convert: conversionFor(parameter),
    }));
    const isSelf = ({ parameter }: Slot) => form === 'method' && parameter.name === 'self';
    const positional = slots.filter((slot) => !slot.parameter.keywordOnly && !isSelf(slot));
    const [only] = positional;
    this.takesSizes = positional.length === 1 && only !== undefined && isSizeList(only.parameter);
    this.#takesRequiresGrad = makesLeaves(this.schema);
    this.#written = slots.filter((s) => s.parameter.keywordOnly && s.parameter.type.written);
    this.positional = [...slots.filter(isSelf), ...positional];
    for (const slot of slots) if (!isSelf(slot)) this.#byName.set(slot.name, slot);
    this.#required = slots.filter(
      ({ parameter: { defaultText, keywordOnly, type } }) =>
        defaultText === undefined && !(keywordOnly && type.optional),
    );
    this.#readsGiven = this.schema.returns.some(({ type }) => type.written);
    this.readResult = resultReader(this.schema);
  }

  /** The native function. Found at the first call, for few of the many overloads are ever used. */
  get call(): NativeFunction {
    this.#call ??= native.operator(`aten::${this.schema.name}`, this.schema.overload);
    return this.#call;
  }

  /** Fits arguments to this overload, or says why they do not fit. */
  bind(args: readonly unknown[], options: Options | undefined): Binding | Misfit {
    if (options?.out != null && this.#written.length === 0) {
      return this.#out?.bind(args, options) ?? (() => 'it has no out form');
    }
    const wire: unknown[] = new Array(this.arity);
    const given: unknown[] = this.#readsGiven ? new Array(this.arity) : noValues;
    const misfit =
      this.#putPositional(args, wire, given) ??
      (options && this.#putOptions(options, wire, given)) ??
      this.#missing(wire);
    if (misfit !== undefined) return misfit;
    return { overload: this, wire, given, requiresGrad: options?.requiresGrad === true };
  }

  /** Calls the native function and reads its result. */
  run({ wire, given, requiresGrad }: Binding): unknown {
    const result = this.readResult(this.call(...wire), given);
    return requiresGrad ? (result as Tensor).requiresGrad_() : result;
  }

  /** How the overload is called, in TypeScript's words. */
  describe(name: string): string {
    return name + fullForm({ schema: this.schema, out: this.#out?.schema }, this.#form);
  }

  #putPositional(args: readonly unknown[], wire: unknown[], given: unknown[]): Misfit | undefined {
    const { positional } = this;
    const first = this.#form === 'method' ? 1 : 0;
    if (this.takesSizes && isWhole(args[first])) {
      args = [...args.slice(0, first), args.slice(first)];
    }
    if (args.length > positional.length) {
      return () => `it takes at most ${positional.length - first} positional arguments`;
    }
    for (let i = 0; i < args.length; i++) {
      const value = args[i];
      if (value === undefined) continue;
      const misfit = this.#put(positional[i] as Slot, value, wire, given);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #putOptions(options: Options, wire: unknown[], given: unknown[]): Misfit | undefined {
    for (const name in options) {
      const value = options[name];
      if (value === undefined) continue;
      const misfit = this.#putOption(name, value, wire, given);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #putOption(name: string, value: unknown, wire: unknown[], given: unknown[]): Misfit | undefined {
    if (name === 'out') return this.#putOut(value, wire, given);
    if (name === 'requiresGrad' && this.#takesRequiresGrad) {
      return typeof value === 'boolean' ? undefined : () => "'requiresGrad' takes boolean";
    }
    const slot = this.#byName.get(name);
    if (slot === undefined) return () => `it has no option '${name}'`;
    if (wire[slot.wireIndex] !== undefined) return () => `'${name}' is given twice`;
    return this.#put(slot, value, wire, given);
  }

  #putOut(value: unknown, wire: unknown[], given: unknown[]): Misfit | undefined {
    if (value === null) return undefined;
    const slots = this.#written;
    const tensors: readonly unknown[] = slots.length > 1 && Array.isArray(value) ? value : [value];
    if (tensors.length !== slots.length) return () => `'out' takes ${slots.length} tensors`;
    for (const [i, slot] of slots.entries()) {
      const misfit = this.#put(slot, tensors[i], wire, given);
      if (misfit !== undefined) return misfit;
    }
    return undefined;
  }

  #put(slot: Slot, value: unknown, wire: unknown[], given: unknown[]): Misfit | undefined {
    const converted = slot.convert(value);
    if (converted === mismatch) {
      return () => `'${slot.name}' takes ${argumentType(slot.parameter)}`;
    }
    wire[slot.wireIndex] = converted;
    if (this.#readsGiven) given[slot.wireIndex] = value;
    return undefined;
  }

  #missing(wire: readonly unknown[]): Misfit | undefined {
    for (const slot of this.#required) {
      if (wire[slot.wireIndex] === undefined) return () => `'${slot.name}' is missing`;
    }
    return undefined;
  }
}

function isWhole(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}
