import { DataError, fromTypedArray, type Tensor, torch } from '@flambeau/core';
import pl, { type Series } from 'nodejs-polars';
import { firstMissing } from '../frames.js';
import type { Categories } from './categories.js';

/** Rows as a model takes them. */
export interface TabularTensors {
  /** int64 `[rows, variables]`: 0 for a missing or unknown category, the others from 1. */
  readonly cats: Tensor;
  /** float32 `[rows, variables]`. */
  readonly conts: Tensor;
}

/** Columns beside one another. */
export function columnsTensor(
  columns: readonly Tensor[],
  rows: number,
  dtype: 'int64' | 'float32',
): Tensor {
  return columns.length === 0 ? torch.zeros([rows, 0], { dtype }) : torch.stack(columns, 1);
}

/**
 * A column as float32.
 * @throws DataError for a missing or an infinite value
 */
export function finiteNumbers(series: Series): Float32Array {
  const column = series.cast(pl.Float32);
  const { name } = column;
  const missing = firstMissing(column);
  if (missing >= 0) throw missingNumber(name, missing);
  const numbers = column.toTypedArray() as Float32Array;
  const infinite = numbers.findIndex((number) => !Number.isFinite(number));
  if (infinite >= 0) throw infiniteNumber(name, infinite, numbers[infinite]);
  return numbers;
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
      if (!Number.isFinite(value)) throw infiniteNumber(name, row, value);
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

function infiniteNumber(name: string, row: number, value: number | undefined): DataError {
  return new DataError(`column '${name}', row ${row}: expected a finite number, got ${value}`);
}
