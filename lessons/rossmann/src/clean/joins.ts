import { DataError } from '@flambeau/core';
import type { DataFrame } from 'nodejs-polars';

export interface JoinOptions {
  /** Names the joined table in errors. */
  readonly table: string;
  /** Columns that both have. */
  readonly on: readonly string[];
  /** Keeps columns of a name that is there already under this ending; else they are left out. */
  readonly suffix?: string;
}

/**
 * All rows of `left`, in their order, with what the only matching row of `right` has.
 *
 * @throws DataError when a row of `left` has none, or several.
 */
export function joinTable(left: DataFrame, right: DataFrame, options: JoinOptions): DataFrame {
  const { table, on, suffix } = options;
  const isNew = (name: string) => on.includes(name) || !left.columns.includes(name);
  const taken = suffix === undefined ? right.select(...right.columns.filter(isNew)) : right;
  const unmatched = left.join(right, { on: [...on], how: 'anti' });
  if (unmatched.height > 0) {
    const keys = on.map((name) => `${name} ${unmatched.getColumn(name).get(0)}`).join(', ');
    throw new DataError(`the ${table} table has no row for ${keys}`);
  }
  const joined = left.join(taken, { on: [...on], how: 'left', suffix: suffix ?? '' });
  if (joined.height > left.height) {
    throw new DataError(`the ${table} table has several rows with the same ${on.join(' and ')}`);
  }
  return joined;
}
