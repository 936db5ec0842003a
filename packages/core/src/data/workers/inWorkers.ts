import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPlainObject, mapStructure } from '../../tensor/mapStructure.js';
import { Tensor } from '../../tensor/tensor.js';

/** How something is made again in a worker thread. */
export interface WorkerSource {
  /** The module that exports it: `import.meta.url`, `new URL('./pets.js', import.meta.url)`. */
  readonly module: string | URL;
  /** The name of the export, default 'default'. */
  readonly export?: string;
  /**
   * Arguments to call the export with, a class with `new`. They cross by structured clone, tensors
   * without a copy, and what has a source of its own by that. Default: the export itself is meant.
   */
  readonly args?: readonly unknown[];
}

// Note [Crossing to a worker]
// Functions cannot be sent to another thread, so neither can a dataset with methods. What is to
// work there says how it is made there; the worker imports the module and calls the export. The
// source is kept beside the object, not in it, so that functions and foreign classes can have one.
const sources = new WeakMap<object, WorkerSource>();

/**
 * Says how `value`, a dataset or a function such as `collate`, is made again in a worker thread:
 *
 * ```ts
 * export class Pets extends Dataset<Pet> {
 *   constructor(folder: string) {
 *     super();
 *     inWorkers(this, { module: import.meta.url, export: 'Pets', args: [folder] });
 *   }
 * }
 * export const collate = inWorkers(padded, { module: import.meta.url, export: 'collate' });
 * ```
 *
 * What is changed in `value` later does not cross. The datasets of this package need none.
 * @returns `value`
 */
export function inWorkers<T extends object>(value: T, source: WorkerSource): T {
  sources.set(value, { ...source, module: absolute('inWorkers', source.module) });
  return value;
}

interface SourceMessage {
  readonly flambeauSource: {
    readonly module: string;
    readonly export: string;
    readonly args: readonly unknown[] | null;
  };
}

/**
 * Describes a structure of data, datasets and functions so that another thread can make it again.
 * Tensors in it are left as they are, to be packed.
 * @throws TypeError for a function or object that has no source and cannot be cloned.
 */
export function describeForWorker(value: unknown): unknown {
  return mapStructure(value, (part) => {
    if (part instanceof Tensor) return part;
    if (typeof part === 'function' || (typeof part === 'object' && part !== null)) {
      const source = sources.get(part);
      if (source !== undefined) return messageOf(source);
      if (!canBeCloned(part)) throw noSource(part);
    }
    return undefined;
  });
}

/**
 * {@link describeForWorker} for what has a source.
 * @throws TypeError for a module that is a path relative to nothing
 */
export function describeSource(fn: string, { module, export: name, args }: WorkerSource): unknown {
  return messageOf({ module: absolute(fn, module), export: name, args });
}

/** Makes again what {@link describeForWorker} has described. */
export async function makeInWorker(description: unknown): Promise<unknown> {
  const modules = new Map<string, Readonly<Record<string, unknown>>>();
  for (const module of modulesIn(description)) modules.set(module, await import(module));
  const make = (value: unknown): unknown =>
    mapStructure(value, (part) => {
      if (!isSourceMessage(part)) return undefined;
      const { module, export: name, args } = part.flambeauSource;
      return exportOf(modules.get(module)?.[name], args && (make(args) as unknown[]), part);
    });
  return make(description);
}

function exportOf(found: unknown, args: unknown[] | null, message: SourceMessage): unknown {
  const { module, export: name } = message.flambeauSource;
  if (found === undefined) throw new TypeError(`${module} has no export '${name}'`);
  if (args === null) return found;
  if (typeof found !== 'function') {
    throw new TypeError(`the export '${name}' of ${module} is no function, but has arguments`);
  }
  return isClass(found) ? Reflect.construct(found, args) : Reflect.apply(found, undefined, args);
}

function messageOf({ module, export: name = 'default', args }: WorkerSource): SourceMessage {
  const described = args === undefined ? null : (describeForWorker([...args]) as unknown[]);
  return { flambeauSource: { module: String(module), export: name, args: described } };
}

function modulesIn(description: unknown): Set<string> {
  const found = new Set<string>();
  mapStructure(description, (part) => {
    if (!isSourceMessage(part)) return undefined;
    const { module, args } = part.flambeauSource;
    found.add(module);
    for (const inner of modulesIn(args)) found.add(inner);
    return part;
  });
  return found;
}

function isSourceMessage(value: unknown): value is SourceMessage {
  return isPlainObject(value) && 'flambeauSource' in value;
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}

function absolute(fn: string, module: string | URL): string {
  const text = String(module);
  if (text.startsWith('.')) {
    throw new TypeError(
      `${fn}: '${text}' is relative to nothing; give new URL('${text}', import.meta.url)`,
    );
  }
  return isAbsolute(text) ? pathToFileURL(text).href : text;
}

/** Classes whose objects structured clone copies whole, or that have parts to look into. */
const cloneable = [Array, Map, Set, Date, RegExp, Error, ArrayBuffer, SharedArrayBuffer];

function canBeCloned(value: object): boolean {
  return (
    isPlainObject(value) ||
    ArrayBuffer.isView(value) ||
    cloneable.some((type) => value.constructor === type)
  );
}

function noSource(value: object): TypeError {
  const name = typeof value === 'function' ? `function '${value.name}'` : value.constructor.name;
  return new TypeError(
    `the ${name} cannot be sent to a worker thread; say how it is made there: ` +
      'inWorkers(value, { module: import.meta.url, export, args })',
  );
}
