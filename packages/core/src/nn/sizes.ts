/** Sizes of windows and images: one number for all spatial dimensions, or one for each. */

import { inspect } from 'node:util';

/** The number of spatial dimensions: a signal, an image, a volume. */
export type SpatialDims = 1 | 2 | 3;

/** One number for all spatial dimensions, or one for each, the last one the width. */
export type SpatialSize = number | readonly number[];

/**
 * One whole number for each of `count` places.
 * @param owner the class or function that takes the argument
 * @param least the smallest number that is allowed
 * @throws RangeError for another count, or for a number that is not whole or too small
 */
export function expandSize(
  owner: string,
  name: string,
  size: SpatialSize,
  count: number,
  least = 0,
): readonly number[] {
  const sizes = Array.isArray(size) ? (size as readonly number[]) : new Array(count).fill(size);
  if (sizes.length !== count || sizes.some((item) => !Number.isSafeInteger(item) || item < least)) {
    const bound = Number.isFinite(least) ? ` of at least ${least}` : '';
    const many = count === 1 ? 'one whole number' : `a whole number or ${count} of them`;
    throw new RangeError(`${owner}: ${name} must be ${many}${bound}, got ${inspect(size)}`);
  }
  return sizes;
}

/** `(3, 3)`, and `(3,)` for a single one. */
export function pythonTuple(items: readonly (string | number)[]): string {
  return items.length === 1 ? `(${items[0]},)` : `(${items.join(', ')})`;
}

/** As Python prints a size that it keeps as it was given; `None` for null. */
export function pythonSize(size: SpatialSize | readonly (number | null)[] | null): string {
  if (size === null) return 'None';
  if (typeof size === 'number') return `${size}`;
  return pythonTuple(size.map((item) => item ?? 'None'));
}
