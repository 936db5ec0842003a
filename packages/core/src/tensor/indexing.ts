import { type Handle, type IndexItem, native } from '@flambeau/native';
import type { Scalar } from '../ops/argumentTypes.js';
import { aten } from '../ops/aten.js';
import { tensor as makeTensor } from './create.js';
import { tidy, wrap } from './scope.js';
import { Tensor } from './tensor.js';

/** Python's `start:stop:step`. */
export class Slice {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number | null;

  constructor(start: number | null, stop: number | null, step: number | null) {
    if (step !== null && step <= 0) {
      throw new RangeError(`slice step must be positive, got ${step}`);
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
  }
}

/**
 * Part of a dimension, with the arguments of Python's `slice`: `slice(3)` is `:3`, `slice(1, 3)`
 * is `1:3`, `slice(1, null)` is `1:`, `slice(null, null, 2)` is `::2`, `slice()` is `:`.
 * @throws RangeError for a step that is not positive.
 */
export function slice(stop?: number | null): Slice;
export function slice(start: number | null, stop: number | null, step?: number | null): Slice;
export function slice(
  first: number | null = null,
  stop?: number | null,
  step: number | null = null,
): Slice {
  return stop === undefined ? new Slice(null, first, step) : new Slice(first, stop, step);
}

/** All dimensions that the other indices leave over. */
export const ellipsis: unique symbol = Symbol('ellipsis');

/** A list of indices or a mask as nested arrays. */
export type IndexArray = readonly (number | boolean | IndexArray)[];

/**
 * What can stand between the brackets of `x[…]`: a position, a {@link slice}, {@link ellipsis},
 * null for a new dimension of length 1, true or false, a tensor of whole numbers, a bool mask, or
 * arrays of such.
 */
export type Index = number | Slice | typeof ellipsis | null | boolean | Tensor | IndexArray;

/** Carries out {@link Tensor.at}. */
export function at(tensor: Tensor, indices: readonly Index[]): Tensor {
  return tidy(() => wrap(native.index(tensor.handle, indices.map(itemOf))));
}

/** Carries out {@link Tensor.indexPut_}. */
export function indexPut_(
  target: Tensor,
  indices: readonly Index[],
  value: Tensor | Scalar,
  accumulate: boolean,
): void {
  tidy(() => {
    const values = value instanceof Tensor ? value : scalarLike(target, value);
    if (accumulate) addAt(target, indices, values);
    else native.indexPut(target.handle, indices.map(itemOf), values.handle);
  });
}

function scalarLike(target: Tensor, value: Scalar): Tensor {
  return makeTensor(value, { dtype: target.dtype, device: target.device });
}

function itemOf(index: Index): IndexItem {
  if (index === null) return { kind: 'newAxis' };
  if (index === ellipsis) return { kind: 'ellipsis' };
  if (index instanceof Tensor) return { kind: 'tensor', handle: index.handle };
  if (index instanceof Slice) {
    return { kind: 'slice', start: index.start, stop: index.stop, step: index.step };
  }
  if (typeof index === 'boolean') return { kind: 'bool', value: index };
  if (typeof index === 'number') return { kind: 'int', value: whole(index) };
  if (Array.isArray(index)) return { kind: 'tensor', handle: indexTensor(index).handle };
  throw new TypeError(
    'an index is a whole number, slice(), ellipsis, null, a boolean, a tensor or an array of ' +
      `indices; got ${typeof index}`,
  );
}

function whole(index: number): number {
  if (!Number.isInteger(index)) throw new TypeError(`an index is a whole number, got ${index}`);
  return index;
}

function indexTensor(index: IndexArray): Tensor {
  let first: number | boolean | IndexArray | undefined = index;
  while (Array.isArray(first)) first = first[0] as typeof first;
  const dtype = typeof first === 'boolean' ? 'bool' : 'int64';
  return makeTensor(index as Parameters<typeof makeTensor>[0], { dtype });
}

/**
 * Adds values at indices. ATen's operator takes tensors only, one for each dimension; the other
 * indices are applied first, as a view.
 */
function addAt(target: Tensor, indices: readonly Index[], values: Tensor): void {
  let view = target;
  let dim = 0;
  const tensors: (Tensor | null)[] = [];
  let covered = 0;
  const put = (index: Tensor, dims: number) => {
    for (; covered < dim; covered++) tensors.push(null);
    tensors.push(index);
    covered += dims;
    dim += dims;
  };
  for (const index of indices) {
    if (typeof index === 'number') view = view.select(dim, whole(index));
    else if (index === ellipsis) dim += target.ndim - specified(indices);
    else if (index === null) view = view.unsqueeze(dim++);
    else if (index instanceof Slice) {
      view = view.slice(dim++, index.start, index.stop, index.step ?? 1);
    } else if (typeof index === 'boolean') {
      view = view.unsqueeze(dim);
      put(makeTensor([index]), 1);
    } else {
      const tensor = index instanceof Tensor ? index : indexTensor(index);
      put(tensor, isMask(tensor) ? tensor.ndim : 1);
    }
  }
  if (tensors.length === 0) view.add_(values);
  else {
    const handles: (Handle | null)[] = tensors.map((index) => index?.handle ?? null);
    aten('index_put_')(view.handle, handles, values.to(target.dtype).handle, true);
  }
}

/** Dimensions of the target that the indices other than the ellipsis use up. */
function specified(indices: readonly Index[]): number {
  let count = 0;
  for (const index of indices) {
    if (index === null || index === ellipsis || typeof index === 'boolean') continue;
    count += index instanceof Tensor && isMask(index) ? index.ndim : 1;
  }
  return count;
}

function isMask(index: Tensor): boolean {
  return index.dtype === 'bool' || index.dtype === 'uint8';
}
