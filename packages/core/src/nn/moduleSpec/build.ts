import { inspect } from 'node:util';
import { functions } from '../../ops/install.js';
import { isPlainObject } from '../../tensor/mapStructure.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type AnyModule, Module } from '../module.js';
import { Parameter } from '../parameter.js';
import {
  knownValue,
  type ModuleClasses,
  type ModuleSpec,
  ModuleSpecError,
  type TensorSpec,
} from './spec.js';

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
