import { DataError } from '@flambeau/core';
import { addElapsedTimes } from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';

const events = ['SchoolHoliday', 'StateHoliday', 'Promo'] as const;

/** What is added, in the order of the lesson. */
export const eventColumns: readonly string[] = [
  ...events.flatMap((name) => [`After${name}`, `Before${name}`]),
  ...events.map((name) => `${name}_bw`),
  ...events.map((name) => `${name}_fw`),
];

/**
 * Adds the days to and from the events of each store and their sums over 7 rows, in train and test
 * together.
 *
 * @throws DataError when a store has a day twice.
 */
export function addEventTimes(train: DataFrame, test: DataFrame): [DataFrame, DataFrame] {
  const columns = ['Date', 'Store', ...events];
  const days = pl.concat([train.select(...columns), test.select(...columns)]);
  const timed = addElapsedTimes(days, events, 'Date', 'Store').select(...eventColumns);
  if (timed.height > days.height) {
    throw new DataError('the train and test tables have several rows with the same Store and Date');
  }
  // A copy of the few rows of the test table: a slice would hold on to all.
  const ofTest = timed
    .withRowCount(rowName)
    .filter(pl.col(rowName).gtEq(pl.lit(train.height)))
    .drop(rowName);
  return [train.hstack(timed.head(train.height)), test.hstack(ofTest)];
}

const rowName = ' row';
