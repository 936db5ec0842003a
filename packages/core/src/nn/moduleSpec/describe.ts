import { inspect } from 'node:util';
import { isPlainObject } from '../../tensor/mapStructure.js';
import { Tensor } from '../../tensor/tensor.js';
import { type AnyModule, Module } from '../module.js';
import { toPythonName } from '../names.js';
import { Parameter } from '../parameter.js';
import {
  type ModuleClasses,
  type ModuleSpec,
  ModuleSpecError,
  nameOfKnown,
  type Spec,
} from './spec.js';

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
