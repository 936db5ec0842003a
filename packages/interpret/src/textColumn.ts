import type { TextColumn } from '@flambeau/core';

/** What makes columns of a table, a cell for each of these rows. */
export function columnMaker<Row>(
  rows: readonly Row[],
): (name: string, textOf: (row: Row) => string) => TextColumn {
  return (name, textOf) => ({ name, texts: rows.map(textOf) });
}
