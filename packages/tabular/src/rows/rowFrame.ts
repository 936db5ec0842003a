import pl, { type DataFrame, type DataType, type Series } from 'nodejs-polars';
import type { TabularRow } from './rowColumns.js';

/** The rows as a frame with the columns of `schema` that a row has. */
export function frameOfRows(
  rows: readonly TabularRow[],
  schema: ReadonlyMap<string, DataType>,
): DataFrame {
  const columns: Series[] = [];
  for (const [name, dtype] of schema) {
    if (!rows.some((row) => name in row)) continue;
    const values = rows.map((row) => row[name] ?? null);
    // A whole number's column gets fractions too; Polars would cut them off.
    const isWhole = values.every((value) => typeof value !== 'number' || Number.isInteger(value));
    const type = /Int/.test(dtype.variant) && !isWhole ? pl.Float64 : dtype;
    columns.push(pl.Series(name, values, type));
  }
  return pl.DataFrame(columns);
}
