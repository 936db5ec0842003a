import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type DataType, type Expr, type Series } from 'nodejs-polars';

// Polars' JavaScript takes about a millisecond to make a Series or an Expr, whatever its size, and
// next to nothing for a frame: what runs for each column of a table makes few of them.

/**
 * @returns the column.
 * @throws DataError when the frame does not have it.
 */
export function columnOf(df: DataFrame, name: string): Series {
  checkColumn(df, name);
  return df.getColumn(name);
}

/** @throws DataError when the frame does not have the column */
export function checkColumn(df: DataFrame, name: string): void {
  if (df.columns.includes(name)) return;
  throw new DataError(`there is no column '${name}'; the columns are ${df.columns.join(', ')}`);
}

/**
 * @returns the type of the column.
 * @throws DataError when the frame does not have it.
 */
export function typeOf(df: DataFrame, name: string): DataType {
  checkColumn(df, name);
  return df.dtypes[df.columns.indexOf(name)] as DataType;
}

/** The frame with more columns at its right end; those of the same name are replaced there. */
export function appendColumns(df: DataFrame, columns: readonly Series[]): DataFrame {
  const names = new Set(columns.map((column) => column.name));
  const kept = df.columns.filter((name) => !names.has(name));
  return kept.length === 0
    ? pl.DataFrame([...columns])
    : df.select(...kept).hstack(pl.DataFrame([...columns]));
}

/** An expression of one column, which keeps its name. */
export function mapColumn(column: Series, expression: (column: Expr) => Expr): Series {
  const { name } = column;
  return pl
    .DataFrame([column])
    .select(expression(pl.col(name)))
    .getColumn(name);
}

/** The column with null for what is not a number; itself where all are, as in types without such. */
export function withoutNaN(column: Series): Series {
  if (!column.isFloat() || mapColumn(column, (it) => it.isNan().sum()).get(0) === 0) return column;
  return mapColumn(column, (it) => it.fillNan(pl.lit(null)));
}

/** The first row without a value; -1 when there is none. */
export function firstMissing(column: Series): number {
  return column.nullCount() === 0 ? -1 : column.isNull().toArray().indexOf(true);
}

/** The rows at these places, in this order; without a copy where they follow one another. */
export function takeRows(df: DataFrame, rows: readonly number[] | Int32Array): DataFrame {
  const [first = 0] = rows;
  if (isAscending(rows)) {
    if (rows.at(-1) === first + rows.length - 1) return df.slice(first, rows.length);
    const mask = new Uint8Array(df.height);
    for (const row of rows) mask[row] = 1;
    return df
      .hstack(pl.DataFrame([pl.Series(rowName, mask)]))
      .filter(isTaken)
      .drop(rowName);
  }
  const numbered = df.withColumns(pl.intRange(0, df.height).alias(rowName));
  return pl
    .DataFrame([pl.Series(rowName, [...rows], pl.Int64)])
    .join(numbered, { on: rowName, how: 'left' })
    .drop(rowName);
}

const rowName = ' row';
const isTaken = pl.col(rowName).eq(pl.lit(1));

function isAscending(rows: readonly number[] | Int32Array): boolean {
  for (let place = 1; place < rows.length; place++) {
    if ((rows[place] as number) <= (rows[place - 1] as number)) return false;
  }
  return true;
}

/** @throws DataError for a variable that is there twice */
export function checkNamedOnce(variables: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of variables) {
    if (seen.has(name)) throw new DataError(`the variable '${name}' is named twice`);
    seen.add(name);
  }
}
