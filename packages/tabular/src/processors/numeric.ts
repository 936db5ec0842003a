import { DataError } from '@flambeau/core';
import type { Series } from 'nodejs-polars';
import { kindOf } from '../dtypes.js';

/** @throws DataError for a column that a continuous variable cannot be */
export function checkNumeric(column: Series): void {
  const { name, dtype } = column;
  if (column.isNumeric() || kindOf(dtype) === 'flag') return;
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
