import { type Column, DataError } from '@flambeau/core';

/** A table: a frame of Polars, an Arrow table's columns, or arrays under their names. */
export type TableLike = FrameLike | Readonly<Record<string, readonly unknown[]>>;

/** What a frame of Polars has. */
interface FrameLike {
  readonly columns: readonly string[];
  getColumn(name: string): { toArray(): ArrayLike<unknown> };
}

/** The columns of a table as arrays. */
export function columnsOf(table: TableLike): ReadonlyMap<string, readonly unknown[]> {
  if (!isFrame(table)) return new Map(Object.entries(table));
  return new Map(table.columns.map((name) => [name, Array.from(table.getColumn(name).toArray())]));
}

/** @throws DataError for a name, or a place, that no column has */
export function columnNamed(
  columns: ReadonlyMap<string, readonly unknown[]>,
  column: string | number,
): Column {
  const name = typeof column === 'number' ? [...columns.keys()][column] : column;
  const values = name === undefined ? undefined : columns.get(name);
  if (name === undefined || values === undefined) {
    throw new DataError(
      `there is no column ${JSON.stringify(column)}; the columns are ${[...columns.keys()].join(', ')}`,
    );
  }
  return { name, values, isFloat: values.some((it) => typeof it === 'number' && it % 1 !== 0) };
}

function isFrame(table: TableLike): table is FrameLike {
  return typeof (table as Partial<FrameLike>).getColumn === 'function';
}
