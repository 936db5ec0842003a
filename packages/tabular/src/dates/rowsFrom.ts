import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { firstMissing } from '../frames.js';
import { datesOf } from './dates.js';

/**
 * The rows from a date on.
 * @throws DataError for a row without a date, and when all rows or none are from that date on
 */
export function rowsFrom(df: DataFrame, name: string, from: string | Date): number[] {
  const { seconds } = datesOf(df, name);
  const missing = firstMissing(seconds);
  if (missing >= 0) {
    throw new DataError(`column '${name}', row ${missing}: expected a date, got a missing value`);
  }
  const [first] = numbersOf(datesOf(pl.DataFrame([pl.Series('from', [from])]), 'from').seconds);
  const dates = numbersOf(seconds);
  const rows: number[] = [];
  dates.forEach((date, row) => {
    if (date >= (first as number)) rows.push(row);
  });
  if (rows.length > 0 && rows.length < dates.length) return rows;
  const [low, high] = [dates.reduce(least), dates.reduce(most)].map(dayOf);
  throw new DataError(
    `column '${name}': ${rows.length === 0 ? 'no rows are' : 'all rows are'} from ` +
      `${dayOf(first as number)} on; the dates are from ${low} to ${high}`,
  );
}

function numbersOf(seconds: Series): Float64Array {
  return seconds.cast(pl.Float64).toTypedArray() as Float64Array;
}

function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

const least = (a: number, b: number) => Math.min(a, b);
const most = (a: number, b: number) => Math.max(a, b);
