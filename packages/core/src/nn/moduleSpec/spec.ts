import { inspect } from 'node:util';
import type { DType } from '../../tensor/dtype.js';
import type { Tensor } from '../../tensor/tensor.js';
import { functional } from '../functional.js';
import type { AnyModule } from '../module.js';
import { lstmState, singleState } from '../recurrentState.js';

// Note [Module specs]
// A module is its class and its fields, as Module.clone has it. A spec is both as data: the name of
// the class, and for each field a value, a submodule's spec, or shape and dtype of a tensor, whose
// values are in the state dictionary. To rebuild a module, its class is looked up among those that
// the reader has, and the fields are set on a blank instance; no constructor but Module's runs.
// What is used twice has its spec once, and is referred to by number from then on.

type AnyClass = abstract new (...given: never) => AnyModule;

/** Classes by their names. */
export type ModuleClasses = ReadonlyMap<string, AnyClass>;

export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A field's value. */
export type Spec =
  | null
  | boolean
  | number
  | string
  | { readonly list: readonly Spec[] }
  | { readonly object: Readonly<Record<string, Spec>> }
  | { readonly known: string }
  | (TensorSpec & { readonly parameter: number; readonly requiresGrad: boolean })
  | (TensorSpec & { readonly buffer: number })
  | { readonly tensor: Tensor; readonly unsaved: number }
  | ModuleSpec
  | { readonly ref: number };

/** A module as data, but for the values of its parameters and persistent buffers. */
export interface ModuleSpec {
  readonly module: number;
  readonly type: string;
  readonly fields: Readonly<Record<string, Spec>>;
}

/** A module that cannot be told as data. */
export class ModuleSpecError extends TypeError {
  override name = 'ModuleSpecError';
}

/** What fields of nn's own classes may hold that is code. */
const knownValues: Readonly<Record<string, unknown>> = { ...functional, singleState, lstmState };

export function nameOfKnown(value: unknown): string | undefined {
  return Object.keys(knownValues).find((name) => knownValues[name] === value);
}

/** @throws ModuleSpecError when there is none of that name */
export function knownValue(name: string): unknown {
  if (Object.hasOwn(knownValues, name)) return knownValues[name];
  throw new ModuleSpecError(`nn has nothing of the name ${inspect(name)}`);
}
