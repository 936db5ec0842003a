import { DataError } from '@flambeau/core';
import { addDatepart } from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';
import type { sourceNames, Tables } from '../schema.js';
import { eventTimes } from './events.js';
import { joinTable } from './joins.js';
import { withDaysSince, withStartDates } from './since.js';
import { joinTrends, type TrendOptions } from './trends.js';

export type { TrendOptions } from './trends.js';

/** What the cleaning joins. */
export type SourceTables = Pick<Tables, (typeof sourceNames)[number]>;

export interface CleanTables {
  /** The days with sales, 93 columns. */
  readonly train: DataFrame;
  /** All days to predict, 92 columns. */
  readonly test: DataFrame;
}

/**
 * One table of all that is known of a store's day, as the lesson's cleaning notebook makes it:
 * stores, states, search trends, weather, the parts of the date, the time since competition and
 * continued promotion began, and the days to and from holidays and promotions.
 *
 * @throws DataError for a table that lacks rows or has them twice, and for sales that are missing
 * or negative.
 */
export function cleanTables(tables: SourceTables, options: TrendOptions = {}): CleanTables {
  checkSales(tables.train);
  const train = withHolidayFlag(tables.train);
  const test = withHolidayFlag(tables.test);
  const stores = withStartDates(
    joinTable(tables.store, tables.store_states, { table: 'store_states', on: ['Store'] }),
  );
  const weather = weatherByState(tables);
  const times = eventTimes(train, test);
  const clean = (days: DataFrame) => {
    const dated = addDatepart(days, 'Date', { drop: false });
    const joined = joinTable(dated, stores, { table: 'store', on: ['Store'] });
    const searched = joinTrends(joined, tables.googletrend, options);
    const weathered = joinTable(searched, weather, { table: 'weather', on: ['State', 'Date'] });
    return joinTable(withDaysSince(weathered), times, { table: 'events', on: ['Store', 'Date'] });
  };
  const numbered = (days: DataFrame) => days.withRowCount('index');
  return {
    train: numbered(clean(train)).filter(pl.col('Sales').neq(pl.lit(0))),
    test: numbered(clean(test)),
  };
}

function withHolidayFlag(days: DataFrame): DataFrame {
  return days.withColumns(pl.col('StateHoliday').neq(pl.lit('0')));
}

function weatherByState({ weather, state_names }: SourceTables): DataFrame {
  const names = state_names.select(pl.col('StateName').alias('file'), 'StateName', 'State');
  const joined = joinTable(weather, names, { table: 'state_names', on: ['file'] });
  return joined.drop('file');
}

function checkSales(train: DataFrame): void {
  for (const name of ['Store', 'Date', 'Sales']) {
    const column = train.getColumn(name);
    if (column.nullCount() > 0) {
      const row = column.isNull().toArray().indexOf(true);
      throw new DataError(`the train table, row ${row}: expected a ${name}, got a missing value`);
    }
  }
  const least = train.getColumn('Sales').min();
  if (least < 0) throw new DataError(`the train table has negative Sales, down to ${least}`);
}
