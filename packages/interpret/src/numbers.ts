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
  predicted: { readonly length: number },
  right: { readonly length: number },
): void {
  if (predicted.length > 0 && predicted.length === right.length) return;
  throw new RangeError(
    `${caller}: expected as many predictions and targets, and any, ` +
      `got ${predicted.length} and ${right.length}`,
  );
}

/** @throws RangeError naming the first number that is not as `expected` */
export function checkEach(
  caller: string,
  expected: string,
  values: readonly number[],
  isRight: (value: number) => boolean,
): void {
  const place = values.findIndex((value) => !isRight(value));
  if (place < 0) return;
  throw new RangeError(`${caller}: expected ${expected}, item ${place} is ${values[place]}`);
}

/** @throws RangeError naming the first that is not from 0 to 1 */
export function checkShares(caller: string, values: readonly number[]): void {
  checkEach(caller, 'numbers from 0 to 1', values, (value) => value >= 0 && value <= 1);
}

/** @throws RangeError naming the first that is none of `count` places, or classes */
export function checkPlaces(caller: string, values: readonly number[], count: number): void {
  checkEach(
    caller,
    `whole numbers from 0 to ${count - 1}`,
    values,
    (value) => Number.isInteger(value) && value >= 0 && value < count,
  );
}
