import pl, { type DataFrame } from 'nodejs-polars';
import { dayNumber, isoWeekMonday } from './calendar.js';
import { DataError, type SalesTables } from './data.js';

/** The lesson's categorical variables that train, store and the date give. */
export const catNames = [
  'Store',
  'DayOfWeek',
  'Year',
  'Month',
  'Day',
  'StateHoliday',
  'CompetitionMonthsOpen',
  'Promo2Weeks',
  'StoreType',
  'Assortment',
  'PromoInterval',
  'CompetitionOpenSinceYear',
  'Promo2SinceYear',
  'Week',
] as const;

/** The continuous ones. */
export const contNames = ['CompetitionDistance', 'Promo', 'SchoolHoliday'] as const;

/** What the lesson writes where a store has no such date. */
const unknownYear = 1900;
/** Dates before this year stand for "unknown": no days are counted from them. */
const firstKnownYear = 1990;
const maxCompetitionMonths = 24;
const maxPromo2Weeks = 25;

/**
 * One row for each row of `train` with `Sales != 0`, in its order: `Date`, `Sales`, and the
 * variables of {@link catNames} and {@link contNames}, with missing values where the lesson
 * leaves them to its processors.
 *
 * `CompetitionMonthsOpen` is the days since the 15th of the opening month, in months of 30 days,
 * 0 to 24; `Promo2Weeks` the whole weeks since the Monday of the ISO week, 0 to 25. Both are 0
 * before the event and where it is unknown.
 *
 * @throws DataError when a store of `train` is not exactly once in `store`, when a row has no
 * store, date or sales, or when its sales are negative.
 */
export function buildFeatures({ train, store }: Pick<SalesTables, 'train' | 'store'>): DataFrame {
  checkSales(train);
  checkStores(train, store);
  const date = pl.col('Date');
  return train
    .filter(pl.col('Sales').neq(pl.lit(0)))
    .join(withStartDates(store), { on: 'Store', how: 'left' })
    .withColumns(
      pl.col('StateHoliday').neq(pl.lit('0')),
      date.date.year().alias('Year'),
      date.date.month().alias('Month'),
      date.date.week().alias('Week'),
      date.date.day().alias('Day'),
      elapsed('CompetitionOpenSince', 30, maxCompetitionMonths).alias('CompetitionMonthsOpen'),
      elapsed('Promo2Since', 7, maxPromo2Weeks).alias('Promo2Weeks'),
    )
    .select('Date', 'Sales', ...catNames, ...contNames);
}

/** Whole units of `days` from the day in `since` to `Date`, 0 to `max`; 0 where it is unknown. */
function elapsed(since: string, days: number, max: number): pl.Expr {
  const count = pl.col('Date').cast(pl.Int32).minus(pl.col(since));
  return count.div(pl.lit(days)).floor().clip(0, max).cast(pl.Int32).fillNull(pl.lit(0));
}

/** Fills the dates' parts and adds `CompetitionOpenSince` and `Promo2Since` as day numbers. */
function withStartDates(store: DataFrame): DataFrame {
  const filled = store.withColumns(
    pl.col('CompetitionOpenSinceYear').fillNull(pl.lit(unknownYear)),
    pl.col('CompetitionOpenSinceMonth').fillNull(pl.lit(1)),
    pl.col('Promo2SinceYear').fillNull(pl.lit(unknownYear)),
    pl.col('Promo2SinceWeek').fillNull(pl.lit(1)),
  );
  return filled.withColumns(
    startDays(filled, 'CompetitionOpenSinceYear', 'CompetitionOpenSinceMonth', (year, month) =>
      dayNumber(year, month, 15),
    ).rename('CompetitionOpenSince'),
    startDays(filled, 'Promo2SinceYear', 'Promo2SinceWeek', isoWeekMonday).rename('Promo2Since'),
  );
}

function startDays(
  store: DataFrame,
  yearName: string,
  partName: string,
  toDay: (year: number, part: number) => number,
): pl.Series {
  const years = numbers(store.getColumn(yearName));
  const parts = numbers(store.getColumn(partName));
  const days = years.map((year, row) =>
    year < firstKnownYear ? null : toDay(year, parts[row] as number),
  );
  return pl.Series(yearName, days, pl.Int32);
}

function checkSales(train: DataFrame): void {
  for (const name of ['Store', 'Date', 'Sales']) {
    const missing = train.getColumn(name).nullCount();
    if (missing > 0) {
      throw new DataError(`the train table lacks ${name} in ${missing} of ${train.height} rows`);
    }
  }
  const least: number = train.getColumn('Sales').min();
  if (least < 0) throw new DataError(`the train table has negative Sales, down to ${least}`);
}

function checkStores(train: DataFrame, store: DataFrame): void {
  const known = new Set(numbers(store.getColumn('Store')));
  if (known.size !== store.height) {
    throw new DataError(`the store table has ${store.height} rows for ${known.size} stores`);
  }
  const sold = numbers(train.getColumn('Store').unique());
  const unknown = sold.filter((id) => !known.has(id));
  if (unknown.length > 0) {
    throw new DataError(`the store table lacks stores of the train table: ${unknown.join(', ')}`);
  }
}

const numbers = (column: pl.Series) => [
  ...(column.cast(pl.Float64).toTypedArray() as Float64Array),
];
