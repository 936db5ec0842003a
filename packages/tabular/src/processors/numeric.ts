import { DataError } from '@flambeau/core';
import type { Series } from 'nodejs-polars';

/** @throws DataError for a column that a continuous variable cannot be */
export function checkNumeric(column: Series): void {
  if (column.isNumeric() || column.dtype.variant === 'Bool') return;
  throw new DataError(
    `column '${column.name}' must have numbers, got ${column.dtype.variant}; ` +
      `does it belong to the categorical variables?`,
  );
}
