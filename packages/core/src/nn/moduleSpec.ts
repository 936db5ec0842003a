import { inspect } from 'node:util';
import { functions } from '../ops/install.js';
import type { DType } from '../tensor/dtype.js';
import { isPlainObject } from '../tensor/mapStructure.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { functional } from './functional.js';
import { type AnyModule, Module } from './module.js';
import { toPythonName } from './names.js';
import { Parameter } from './parameter.js';
import { lstmState, singleState } from './recurrentState.js';

// Note [Module specs]
// A module is its class and its fields, as Module.clone has it. A spec is both as data: the name of
// the class, and for each field a value, a submodule's spec, or shape and dtype of a tensor, whose
// values are in the state dictionary. To rebuild a module, its class is looked up among those that
// the reader has, and the fields are set on a blank instance; no constructor but Module's runs.
// What is used twice has its spec once, and is referred to by number from then on.

type AnyClass = abstract new (...given: never) => AnyModule;

/** Classes by their names. */
export type ModuleClasses = ReadonlyMap<string, AnyClass>;

interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** A field's value. */
type Spec =
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

/**
 * The module as data.
 * @param classes those that the reader has anyway; others are noted by name
 * @throws ModuleSpecError naming the field that is code, or has hooks
 */
export function toSpec(module: AnyModule, classes: ModuleClasses): ModuleSpec {
  return new Describer(classes).module(module, '');
}

class Describer {
  readonly #classes: ModuleClasses;
  readonly #numbers = new Map<object, number>();

  constructor(classes: ModuleClasses) {
    this.#classes = classes;
  }

  module(module: AnyModule, path: string): ModuleSpec {
    const type = module.constructor.name;
    const known = this.#classes.get(type);
    const where = path === '' ? 'the module' : path;
    if (known !== undefined && known !== module.constructor) {
      throw new ModuleSpecError(`${where} is a ${type} that was changed`);
    }
    if (module.hasOwnHooks) throw new ModuleSpecError(`${where} has hooks, which are code`);
    const number = this.#number(module);
    const saved = new Set(Object.keys(module.stateDict({ keepVars: true })));
    const fields = Object.entries(module)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => {
        const below = path === '' ? name : `${path}.${name}`;
        const isUnsaved = isBuffer(value) && !saved.has(toPythonName(name));
        return [name, isUnsaved ? this.#unsaved(value) : this.#value(value, below)] as const;
      });
    return { module: number, type, fields: Object.fromEntries(fields) };
  }

  #number(value: object): number {
    const number = this.#numbers.size;
    this.#numbers.set(value, number);
    return number;
  }

  #unsaved(tensor: Tensor): Spec {
    return { tensor, unsaved: this.#number(tensor) };
  }

  #value(value: unknown, path: string): Spec {
    if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) {
      return value as Spec;
    }
    const seen = this.#numbers.get(value as object);
    if (seen !== undefined) return { ref: seen };
    if (value instanceof Module) return this.module(value, path);
    if (value instanceof Tensor) return this.#tensor(value, path);
    const known = nameOfKnown(value);
    if (known !== undefined) return { known };
    if (Array.isArray(value)) {
      return { list: value.map((item, i) => this.#value(item, `${path}.${i}`)) };
    }
    if (isPlainObject(value)) {
      const parts = Object.entries(value).filter(([, part]) => part !== undefined);
      return {
        object: Object.fromEntries(
          parts.map(([name, part]) => [name, this.#value(part, `${path}.${name}`)]),
        ),
      };
    }
    throw new ModuleSpecError(`${path} is no data: ${inspect(value, { depth: 0 })}`);
  }

  #tensor(tensor: Tensor, path: string): Spec {
    const { shape, dtype, requiresGrad } = tensor;
    if (tensor.constructor === Parameter) {
      return { parameter: this.#number(tensor), shape, dtype, requiresGrad };
    }
    if (tensor.constructor === Tensor) return { buffer: this.#number(tensor), shape, dtype };
    throw new ModuleSpecError(`${path} has no shape yet`);
  }
}

function isBuffer(value: unknown): value is Tensor {
  return value instanceof Tensor && !(value instanceof Parameter);
}

/** What fields of nn's own classes may hold that is code. */
const knownValues: Readonly<Record<string, unknown>> = { ...functional, singleState, lstmState };

function nameOfKnown(value: unknown): string | undefined {
  return Object.keys(knownValues).find((name) => knownValues[name] === value);
}

/**
 * A module of such a spec, whose parameters and persistent buffers have no values yet.
 * @throws ModuleSpecError for a class that is not among `classes`, and for a damaged spec
 */
export function fromSpec(spec: unknown, classes: ModuleClasses): AnyModule {
  const module = new Builder(classes).value(spec);
  if (module instanceof Module) return module;
  throw new ModuleSpecError('this is no spec of a module');
}

class Builder {
  readonly #classes: ModuleClasses;
  readonly #made = new Map<number, unknown>();

  constructor(classes: ModuleClasses) {
    this.#classes = classes;
  }

  value(spec: unknown): unknown {
    if (typeof spec !== 'object' || spec === null) return spec;
    const node = spec as Partial<
      Record<'list' | 'object' | 'known' | 'parameter' | 'buffer' | 'unsaved' | 'ref', unknown>
    > &
      Partial<ModuleSpec>;
    if (node.module !== undefined) return this.#module(node as ModuleSpec);
    if (Array.isArray(node.list)) return node.list.map((item) => this.value(item));
    if (isPlainObject(node.object)) {
      const parts = Object.entries(node.object).map(([name, part]) => [name, this.value(part)]);
      return Object.fromEntries(parts);
    }
    if (typeof node.known === 'string') return knownValue(node.known);
    if (node.parameter !== undefined || node.buffer !== undefined) return this.#tensor(node);
    if (node.unsaved !== undefined) {
      return this.#note(node.unsaved, (spec as { tensor: unknown }).tensor);
    }
    if (this.#made.has(node.ref as number)) return this.#made.get(node.ref as number);
    throw new ModuleSpecError(`this is no value of a field: ${inspect(spec)}`);
  }

  #note<T>(number: unknown, made: T): T {
    this.#made.set(number as number, made);
    return made;
  }

  #module({ module: number, type, fields }: ModuleSpec): AnyModule {
    const found = this.#classes.get(type);
    if (found === undefined) {
      throw new ModuleSpecError(`there is no class ${inspect(type)} among those that are known`);
    }
    const module = this.#note(number, Reflect.construct(Module, [], found) as AnyModule);
    for (const [name, spec] of Object.entries(fields)) {
      const value = this.value(spec);
      Object.defineProperty(module, name, {
        value,
        configurable: true,
        enumerable: true,
        writable: true,
      });
      const isUnsaved = typeof spec === 'object' && spec !== null && 'unsaved' in spec;
      if (isUnsaved) module.registerBuffer(name, value as Tensor, { persistent: false });
    }
    return module;
  }

  #tensor(node: object): Tensor {
    const { parameter, buffer, shape, dtype, requiresGrad } = node as TensorSpec & {
      parameter?: number;
      buffer?: number;
      requiresGrad?: boolean;
    };
    if (parameter === undefined) {
      return this.#note(buffer, functions.torch.empty(shape, { dtype }));
    }
    const data = tidy(() => new Parameter(functions.torch.empty(shape, { dtype }), requiresGrad));
    return this.#note(parameter, data);
  }
}

function knownValue(name: string): unknown {
  if (Object.hasOwn(knownValues, name)) return knownValues[name];
  throw new ModuleSpecError(`nn has nothing of the name ${inspect(name)}`);
}
