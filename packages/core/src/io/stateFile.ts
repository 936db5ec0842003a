import { inspect } from 'node:util';
import type { StateDict } from '../nn/stateDict.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { FileFormatError } from './fileFormatError.js';
import { type LoadOptions, safeOpen, saveFile } from './safetensors.js';

// Note [State files]
// A state file is a safetensors file, so that one rename replaces it whole. Its tensors bear the
// path that leads to them, `opt.state.0.exp_avg`; the metadata `content` is JSON of all the rest,
// in which `{"$tensor": path}` stands for a tensor and `{"$number": "NaN"}` for a number that JSON
// lacks. Python reads it with `safe_open` and `json.loads`. Nothing in it is code.

const version = 1;

/** What a state file can hold: JSON's values, all numbers, and tensors. Undefined is left out. */
export type StateContent =
  | null
  | undefined
  | boolean
  | number
  | string
  | Tensor
  | readonly StateContent[]
  | { readonly [name: string]: StateContent };

/**
 * Writes a file that is replaced at once or not at all. A Map with texts or numbers as keys is
 * written as an object.
 * @param kind what the file is, such as 'flambeau.learner'; {@link readStateFile} asks for it
 * @throws TypeError naming the place of a value that such a file cannot hold
 */
export function writeStateFile(path: string, kind: string, content: unknown): void {
  const tensors: StateDict = {};
  tidy(() => {
    const json = JSON.stringify(pack(content, '', tensors));
    saveFile(tensors, path, { kind, version: `${version}`, content: json });
  });
}

function pack(value: unknown, path: string, tensors: StateDict): unknown {
  if (value instanceof Tensor) {
    tensors[path] = value.detach();
    return { $tensor: path };
  }
  if (value === null || ['boolean', 'string', 'undefined'].includes(typeof value)) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: `${value}` };
  const below = (key: string | number) => (path === '' ? `${key}` : `${path}.${key}`);
  if (Array.isArray(value)) return value.map((item, i) => pack(item ?? null, below(i), tensors));
  const entries = entriesOf(value);
  if (entries !== undefined) {
    return Object.fromEntries(
      entries.map(([key, item]) => {
        if (key.startsWith('$')) throw new TypeError(`a name must not begin with $, got '${key}'`);
        return [key, pack(item, below(key), tensors)];
      }),
    );
  }
  throw new TypeError(
    `${path} must be a tensor, a number, a text, or objects and arrays of them, ` +
      `got ${inspect(value, { depth: 0 })}`,
  );
}

/** Those of a plain object, and of a Map with texts or numbers as keys. */
function entriesOf(value: unknown): readonly [string, unknown][] | undefined {
  if (value instanceof Map) {
    const keys = [...value.keys()];
    if (!keys.every((key) => typeof key === 'string' || typeof key === 'number')) return undefined;
    return [...value].map(([key, item]) => [`${key}`, item]);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? Object.entries(value) : undefined;
}

/**
 * What {@link writeStateFile} wrote.
 * @throws FileFormatError for a file of another kind, of a newer version, or damaged
 */
export function readStateFile(path: string, kind: string, options: LoadOptions = {}): StateContent {
  using file = safeOpen(path);
  const { metadata } = file;
  if (metadata.kind !== kind || metadata.content === undefined) {
    throw new FileFormatError(`${path} is no file of the kind ${kind}, but ${metadata.kind}`);
  }
  if (Number(metadata.version) > version) {
    throw new FileFormatError(
      `${path} has version ${metadata.version}; this release reads up to ${version}`,
    );
  }
  const tensors = new Set(file.keys());
  return tidy(() =>
    unpack(parse(path, metadata.content as string), (name) => {
      if (!tensors.has(name)) throw new FileFormatError(`${path} lacks the tensor '${name}'`);
      return file.getTensor(name, options);
    }),
  );
}

function parse(path: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new FileFormatError(`${path} is damaged: ${(error as Error).message}`);
  }
}

function unpack(value: unknown, tensor: (name: string) => Tensor): StateContent {
  if (Array.isArray(value)) return value.map((item) => unpack(item, tensor));
  if (typeof value !== 'object' || value === null) return value as StateContent;
  const { $tensor, $number } = value as { $tensor?: unknown; $number?: unknown };
  if (typeof $tensor === 'string') return tensor($tensor);
  if (typeof $number === 'string') return Number($number);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, unpack(item, tensor)]),
  );
}
