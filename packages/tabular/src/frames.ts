import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { DataError } from './errors.js';

/**
 * @returns the column.
 * @throws DataError when the frame does not have it.
 */
export function columnOf(df: DataFrame, name: string): Series {
  if (!df.columns.includes(name)) {
    throw new DataError(`there is no column '${name}'; the columns are ${df.columns.join(', ')}`);
  }
  return df.getColumn(name);
}

/** The frame with more columns at its right end; those of the same name are replaced there. */
export function appendColumns(df: DataFrame, columns: readonly Series[]): DataFrame {
  const names = new Set(columns.map((column) => column.name));
  const kept = df.columns.filter((name) => !names.has(name));
  return pl.DataFrame([...df.select(...kept).getColumns(), ...columns]);
}
