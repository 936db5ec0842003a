import { DataError } from '@flambeau/core';
import type { DataFrame } from 'nodejs-polars';
import { kindOf } from '../dtypes.js';
import { columnOf, typeOf } from '../frames.js';

/** @throws DataError for a column that a continuous variable cannot be */
export function checkNumeric(df: DataFrame, name: string): void {
  const dtype = typeOf(df, name);
  if (['number', 'flag'].includes(kindOf(dtype))) return;
  const column = columnOf(df, name);
  if (column.nullCount() === column.length) {
    throw new DataError(`column '${name}' has missing values only: expected numbers`);
  }
  const hint = 'does it belong to the categorical variables?';
  const texts = kindOf(dtype) === 'text' ? (column.toArray() as (string | null)[]) : [];
  const row = texts.findIndex((text) => text !== null && !isNumber(text));
  throw new DataError(
    row < 0
      ? `column '${name}' must have numbers, got ${dtype.variant}; ${hint}`
      : `column '${name}', row ${row}: expected a number, got '${texts[row]}'; ${hint}`,
  );
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text));
}
