import { DataError } from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';

export interface JoinOptions {
  /** Names the joined table in errors. */
  readonly table: string;
  /** Columns that both have. */
  readonly on: readonly string[];
  /** Keeps columns of a name that is there already under this ending; else they are left out. */
  readonly suffix?: string;
}

/** Marks in a joined table the rows that found one. */
const markName = ' found';

/**
 * All rows of `left`, in their order, with what the only matching row of `right` has.
 *
 * @throws DataError when a row of `left` has none, or several.
 */
export function joinTable(left: DataFrame, right: DataFrame, options: JoinOptions): DataFrame {
  const { table, on, suffix } = options;
  const isNew = (name: string) => on.includes(name) || !left.columns.includes(name);
  const taken = suffix === undefined ? right.select(...right.columns.filter(isNew)) : right;
  const marked = taken.withColumns(pl.lit(true).alias(markName));
  const joined = left.join(marked, { on: [...on], how: 'left', suffix: suffix ?? '' });
  if (joined.getColumn(markName).nullCount() > 0) {
    const unmatched = joined.filter(pl.col(markName).isNull()).head(1);
    const texts = unmatched.select(...on.map((name) => pl.col(name).cast(pl.Utf8)));
    const key = on.map((name) => `${name} ${texts.getColumn(name).get(0)}`).join(', ');
    throw new DataError(`the ${table} table has no row for ${key}`);
  }
  if (joined.height > left.height) {
    throw new DataError(`the ${table} table has several rows with the same ${on.join(' and ')}`);
  }
  return joined.drop(markName);
}
