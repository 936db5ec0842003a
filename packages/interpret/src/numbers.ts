import { Tensor, tidy } from '@flambeau/core';

/** Class numbers, or other numbers, one for each item. */
export type Numbers = Tensor | readonly number[];

/** @throws RangeError for a tensor that has not one number for each item */
export function numbersOf(caller: string, values: Numbers): readonly number[] {
  if (!(values instanceof Tensor)) return values;
  if (values.numel() !== values.size(0)) {
    throw new RangeError(`${caller}: expected one number for each item, got [${values.shape}]`);
  }
  return tidy(() => (values.flatten().toArray() as (number | bigint | boolean)[]).map(Number));
}

/** @throws RangeError unless there are as many of both, and any */
export function checkPairs(
  caller: string,
  predicted: ArrayLike<unknown>,
  right: ArrayLike<unknown>,
): void {
  if (predicted.length > 0 && predicted.length === right.length) return;
  throw new RangeError(
    `${caller}: expected as many predictions and targets, and any, ` +
      `got ${predicted.length} and ${right.length}`,
  );
}
