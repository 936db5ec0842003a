import { checkOptions, type Tensor, tidy } from '@flambeau/core';

export interface LargestOptions {
  /** The largest; false gives the smallest. Default true. */
  readonly largest?: boolean;
}

/** Some items by a number, in the order of that. */
export interface TopLosses {
  readonly values: readonly number[];
  /** The items' places in the data. */
  readonly indices: readonly number[];
}

/**
 * The largest of some numbers, or the smallest; those that are equal in the order of their places.
 * @throws RangeError unless there are `k` of them
 */
export function topOf(
  caller: string,
  numbers: Tensor,
  k: number,
  options: LargestOptions = {},
): TopLosses {
  checkOptions(caller, options, ['largest']);
  const { largest = true } = options;
  const count = numbers.size(0);
  if (!Number.isInteger(k) || k < 0 || k > count) {
    throw new RangeError(`${caller}: k must be a whole number from 0 to ${count}, got ${k}`);
  }
  return tidy(() => {
    const sorted = numbers.double().sort({ stable: true, descending: largest });
    return {
      values: sorted.values.narrow(0, 0, k).toArray() as number[],
      indices: (sorted.indices.narrow(0, 0, k).toArray() as bigint[]).map(Number),
    };
  });
}
