import { functions } from '../ops/install.js';
import { asTensor, tensor } from '../tensor/create.js';
import type { DType } from '../tensor/dtype.js';
import { isTypedArray, type TypedArray } from '../tensor/elements.js';
import { isPlainObject, mapStructure } from '../tensor/mapStructure.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { inWorkers } from './workers/inWorkers.js';

const { torch } = functions;

/** What {@link defaultCollate} makes of a list of such items. */
export type Collated<Item> = Item extends Tensor | TypedArray | number | bigint | boolean
  ? Tensor
  : Item extends string
    ? string[]
    : Item extends ReadonlyMap<infer Key, infer Value>
      ? Map<Key, Collated<Value>>
      : Item extends object
        ? { -readonly [Key in keyof Item]: Collated<Item[Key]> }
        : never;

/** What {@link defaultConvert} makes of an item. */
export type Converted<Item> = Item extends Tensor | TypedArray
  ? Tensor
  : Item extends ReadonlyMap<infer Key, infer Value>
    ? Map<Key, Converted<Value>>
    : Item extends object
      ? { -readonly [Key in keyof Item]: Converted<Item[Key]> }
      : Item;

/**
 * Makes a batch of items that are alike, with a new first dimension: tensors and typed arrays are
 * stacked; numbers become float64, bigints int64, booleans bool, as Python's float, int and bool
 * do; strings stay a list. Arrays, plain objects and Maps of these are collated part by part.
 *
 * A number is float64 whatever its value: give class labels as bigints or int64 tensors.
 * @throws TypeError for other items, and for items that are not alike.
 */
export function defaultCollate<Item>(items: readonly Item[]): Collated<Item> {
  if (items.length === 0) throw new RangeError('defaultCollate: there are no items');
  return tidy(() => collate(items)) as Collated<Item>;
}

/**
 * Turns the typed arrays of an item into tensors that share their memory, at any depth in arrays,
 * plain objects and Maps; the rest stays as it is.
 */
export function defaultConvert<Item>(item: Item): Converted<Item> {
  const convert = (part: unknown) => (isTypedArray(part) ? asTensor(part) : undefined);
  return mapStructure(item, convert) as Converted<Item>;
}

function collate(items: readonly unknown[]): unknown {
  const [first] = items;
  if (first instanceof Tensor) return torch.stack(alike(items, isTensor, 'a tensor'));
  if (isTypedArray(first)) {
    return torch.stack(alike(items, isTypedArray, 'a typed array').map((item) => asTensor(item)));
  }
  const dtype = dtypes[typeof first];
  if (dtype !== undefined) {
    const isSame = (item: unknown): item is number => typeof item === typeof first;
    return tensor(alike(items, isSame, `a ${typeof first}`), { dtype });
  }
  if (typeof first === 'string') return alike(items, isString, 'a string');
  if (Array.isArray(first)) return collateArrays(alike(items, isArray, 'an array'));
  if (first instanceof Map) return collateMaps(alike(items, isMap, 'a Map'), first);
  if (isPlainObject(first)) return collateObjects(alike(items, isPlainObject, 'an object'), first);
  throw new TypeError(
    'defaultCollate: items are tensors, typed arrays, numbers, bigints, booleans, strings, or ' +
      `arrays, plain objects or Maps of these; got ${nameOf(first)}`,
  );
}

const dtypes: Readonly<Record<string, DType>> = {
  number: 'float64',
  bigint: 'int64',
  boolean: 'bool',
};

function collateArrays(items: readonly (readonly unknown[])[]): unknown[] {
  const length = items[0]?.length;
  const other = items.find((item) => item.length !== length);
  if (other !== undefined) {
    throw new TypeError(
      `defaultCollate: the arrays of a batch must be equally long, got ${length} and ${other.length}`,
    );
  }
  return Array.from({ length: length ?? 0 }, (_, i) => collate(items.map((item) => item[i])));
}

function collateMaps(
  items: readonly ReadonlyMap<unknown, unknown>[],
  first: ReadonlyMap<unknown, unknown>,
): Map<unknown, unknown> {
  const parts = [...first.keys()].map((key) => {
    if (!items.every((item) => item.has(key))) throw missing(String(key));
    return [key, collate(items.map((item) => item.get(key)))] as const;
  });
  return new Map(parts);
}

function collateObjects(
  items: readonly Readonly<Record<string, unknown>>[],
  first: object,
): Record<string, unknown> {
  const parts = Object.keys(first).map((key) => {
    if (!items.every((item) => key in item)) throw missing(key);
    return [key, collate(items.map((item) => item[key]))] as const;
  });
  return Object.fromEntries(parts);
}

function alike<Item>(
  items: readonly unknown[],
  isAlike: (item: unknown) => item is Item,
  wanted: string,
): Item[] {
  return items.map((item) => {
    if (isAlike(item)) return item;
    throw new TypeError(
      `defaultCollate: the items of a batch must be alike; the first is ${wanted}, ` +
        `another ${nameOf(item)}`,
    );
  });
}

function missing(key: string): TypeError {
  return new TypeError(`defaultCollate: an item of the batch has no '${key}', the first one has`);
}

const isTensor = (item: unknown): item is Tensor => item instanceof Tensor;
const isString = (item: unknown): item is string => typeof item === 'string';
const isArray = (item: unknown): item is readonly unknown[] => Array.isArray(item);
const isMap = (item: unknown): item is ReadonlyMap<unknown, unknown> => item instanceof Map;

function nameOf(item: unknown): string {
  if (item === null || item === undefined) return String(item);
  return typeof item === 'object' ? `a ${item.constructor?.name ?? 'object'}` : `a ${typeof item}`;
}

inWorkers(defaultCollate, { module: import.meta.url, export: 'defaultCollate' });
inWorkers(defaultConvert, { module: import.meta.url, export: 'defaultConvert' });
