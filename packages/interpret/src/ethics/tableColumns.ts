import { columnsOf, type TableLike } from '@flambeau/vision';

/** The columns of a table that has rows. */
export interface TableColumns {
  readonly rows: number;
  readonly byName: ReadonlyMap<string, readonly unknown[]>;
  /** @throws RangeError for a column that is not there */
  valuesOf(name: string): readonly unknown[];
}

/** @throws RangeError for a table without rows, and for columns of different lengths */
export function tableColumns(caller: string, table: TableLike): TableColumns {
  const byName = columnsOf(table);
  const [first = ['', []]] = byName;
  const rows = first[1].length;
  if (rows === 0) throw new RangeError(`${caller}: expected a table with rows, got none`);
  for (const [name, values] of byName) {
    if (values.length === rows) continue;
    throw new RangeError(
      `${caller}: column '${name}' has ${values.length} values, column '${first[0]}' has ${rows}`,
    );
  }
  return {
    rows,
    byName,
    valuesOf(name) {
      const values = byName.get(name);
      if (values !== undefined) return values;
      throw new RangeError(`${caller}: there is no column '${name}' among ${[...byName.keys()]}`);
    },
  };
}
