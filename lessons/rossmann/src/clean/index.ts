import { DataError } from '@flambeau/core';
import { addDatepart } from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';
import type { sourceNames, Tables } from '../schema.js';
import { addEventTimes, eventColumns } from './events.js';
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
  const stores = withStartDates(
    joinTable(tables.store, tables.store_states, { table: 'store_states', on: ['Store'] }),
  );
  const weather = weatherByState(tables);
  const [train, test] = addEventTimes(prepare(tables.train), prepare(tables.test));
  const sold = train.filter(pl.col('Sales').neq(pl.lit(0)));
  const clean = (days: DataFrame) => {
    const stored = joinTable(days, stores, { table: 'store', on: ['Store'] });
    const places = addDatepart(stored.select(...placeKeys).unique(), 'Date', { drop: false });
    const searched = joinTrends(places, tables.googletrend, options);
    const weathered = joinTable(searched, weather, { table: 'weather', on: placeKeys });
    const all = joinTable(stored, weathered, { table: 'weather', on: placeKeys });
    return inOrder(withDaysSince(all), days.columns, places.columns);
  };
  return { train: clean(sold), test: clean(test) };
}

/** Of what searches and weather are: few rows beside those of the stores. */
const placeKeys = ['State', 'Date'] as const;

/** The columns of the table itself, the parts of its date, all that was joined, the events. */
function inOrder(df: DataFrame, ofDays: readonly string[], ofPlaces: readonly string[]): DataFrame {
  const isEvent = (name: string) => eventColumns.includes(name);
  const first = [...ofDays, ...ofPlaces].filter((name) => name !== 'State' && !isEvent(name));
  const names = new Set([
    ...first,
    ...df.columns.filter((name) => !isEvent(name)),
    ...eventColumns,
  ]);
  return df.select(...names);
}

/** Numbers the days, and makes the kind of holiday a flag. */
function prepare(days: DataFrame): DataFrame {
  return days.withRowCount('index').withColumns(pl.col('StateHoliday').neq(pl.lit('0')));
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
