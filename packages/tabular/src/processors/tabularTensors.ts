import { DataError, fromTypedArray, type Tensor, tidy, torch } from '@flambeau/core';
import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { columnOf, firstMissing } from '../frames.js';
import type { Categories } from './categories.js';
import type { Codes } from './wholeNumberCodes.js';

/** Rows as a model takes them. */
export interface TabularTensors {
  /** int64 `[rows, variables]`: 0 for a missing or unknown category, the others from 1. */
  readonly cats: Tensor;
  /** float32 `[rows, variables]`. */
  readonly conts: Tensor;
}

/**
 * Columns of a frame beside one another, made one at a time, so that little is there twice. To be
 * called in a scope, which frees the tensor when a column fails.
 */
export function columnsTensor(
  df: DataFrame,
  names: readonly string[],
  dtype: 'int64' | 'float32',
  valuesOf: (column: Series, place: number) => Codes | Float32Array,
): Tensor {
  const columns = torch.empty([df.height, names.length], { dtype });
  for (const [place, name] of names.entries()) {
    const values = valuesOf(columnOf(df, name), place);
    tidy(() => columns.select(1, place).copy_(fromTypedArray(values)));
  }
  return columns;
}

/**
 * The numbers of a column.
 * @throws DataError for a missing value, and for one that is infinite as float32
 */
export function finiteNumbers(column: Series): Float32Array {
  const { name } = column;
  const missing = firstMissing(column);
  if (missing >= 0) throw missingNumber(name, missing);
  const numbers = column.cast(pl.Float32).toTypedArray() as Float32Array;
  const infinite = firstInfinite(numbers);
  if (infinite >= 0) throw infiniteNumber(name, infinite, Number(column.get(infinite)));
  return numbers;
}

/** A loop, since a callback for each number takes ten times as long. */
function firstInfinite(numbers: Float32Array): number {
  for (let row = 0; row < numbers.length; row++) {
    if (!Number.isFinite(numbers[row])) return row;
  }
  return -1;
}

/** Categories of rows, by variable, as their numbers. */
export function codesTensor(
  variables: readonly (readonly [Categories, readonly unknown[]])[],
  rows: number,
): Tensor {
  const width = variables.length;
  const codes = new Int32Array(rows * width);
  for (const [place, [categories, values]] of variables.entries()) {
    for (let row = 0; row < rows; row++) {
      codes[row * width + place] = categories.codeOf(values[row]) + 1;
    }
  }
  return fromTypedArray(codes).reshape([rows, width]).to('int64');
}

/** Numbers of rows, by variable. @throws DataError for a missing or an infinite value */
export function numbersTensor(
  variables: readonly (readonly [name: string, values: readonly unknown[]])[],
  rows: number,
): Tensor {
  const width = variables.length;
  const numbers = new Float32Array(rows * width);
  for (const [place, [name, values]] of variables.entries()) {
    for (let row = 0; row < rows; row++) {
      const value = values[row] as number | null;
      if (value === null) throw missingNumber(name, row);
      if (!Number.isFinite(Math.fround(value))) throw infiniteNumber(name, row, value);
      numbers[row * width + place] = value;
    }
  }
  return fromTypedArray(numbers).reshape([rows, width]);
}

function missingNumber(name: string, row: number): DataError {
  return new DataError(
    `column '${name}', row ${row}: expected a number, got a missing value; FillMissing fills such`,
  );
}

function infiniteNumber(name: string, row: number, value: number): DataError {
  return new DataError(`column '${name}', row ${row}: expected a finite number, got ${value}`);
}
