import { addElapsedTimes } from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';

const events = ['SchoolHoliday', 'StateHoliday', 'Promo'] as const;

/** Days to and from the events of each store and their sums over 7 rows, in train and test together. */
export function eventTimes(train: DataFrame, test: DataFrame): DataFrame {
  const columns = ['Date', 'Store', ...events];
  const days = pl.concat([train.select(...columns), test.select(...columns)]);
  return addElapsedTimes(days, events, 'Date', 'Store').select(
    'Date',
    'Store',
    ...events.flatMap((name) => [`After${name}`, `Before${name}`]),
    ...events.map((name) => `${name}_bw`),
    ...events.map((name) => `${name}_fw`),
  );
}
