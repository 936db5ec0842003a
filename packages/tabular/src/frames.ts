import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type Expr, type Series } from 'nodejs-polars';

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

/** An expression of one column, which keeps its name. */
export function mapColumn(column: Series, expression: (column: Expr) => Expr): Series {
  const { name } = column;
  return pl
    .DataFrame([column])
    .select(expression(pl.col(name)).alias(name))
    .getColumn(name);
}

/** The column with null for what is not a number; other types have no such values. */
export function withoutNaN(column: Series): Series {
  return column.isFloat() ? mapColumn(column, (it) => it.fillNan(pl.lit(null))) : column;
}

/** The first row without a value; -1 when there is none. */
export function firstMissing(column: Series): number {
  return column.nullCount() === 0 ? -1 : column.isNull().toArray().indexOf(true);
}

/** The rows at these places, in this order. */
export function takeRows(df: DataFrame, rows: readonly number[] | Int32Array): DataFrame {
  if (isAscending(rows)) {
    const mask = new Uint8Array(df.height);
    for (const row of rows) mask[row] = 1;
    return appendColumns(df, [pl.Series(rowName, mask)])
      .filter(pl.col(rowName).eq(pl.lit(1)))
      .drop(rowName);
  }
  const numbered = df.withColumns(pl.intRange(0, df.height).alias(rowName));
  return pl
    .DataFrame([pl.Series(rowName, [...rows], pl.Int64)])
    .join(numbered, { on: rowName, how: 'left' })
    .drop(rowName);
}

const rowName = ' row';

function isAscending(rows: readonly number[] | Int32Array): boolean {
  return rows.every((row, place) => place === 0 || row > (rows[place - 1] as number));
}
