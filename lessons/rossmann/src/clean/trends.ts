import { addDatepart } from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';
import { joinTable } from './joins.js';

/** The national series; the others are of one state each. */
const nationalFile = 'Rossmann_DE';

export interface TrendOptions {
  /**
   * Joins by calendar year and ISO week, as the lesson does. Its weeks begin on Sunday, ISO weeks
   * end on it, so that each day gets the searches of a week that begins up to 6 days later and ends
   * up to 12: what nobody could know on that day. And the last days of December get the first week
   * of the same year. Default false: each day gets the last week that ended before it.
   */
  readonly trendLeak?: boolean;
}

/** Adds the searches in the store's state, and those in the whole country with the ending `_DE`. */
export function joinTrends(
  sales: DataFrame,
  googletrend: DataFrame,
  { trendLeak = false }: TrendOptions,
): DataFrame {
  const trends = datedTrends(googletrend);
  const states = trends.filter(pl.col('file').neq(pl.lit(nationalFile)));
  const national = trends.filter(pl.col('file').eq(pl.lit(nationalFile)));
  if (trendLeak) {
    const weekly = joinTable(sales, states, {
      table: 'googletrend',
      on: ['State', 'Year', 'Week'],
    });
    const on = ['Year', 'Week'];
    return joinTable(weekly, national, { table: 'googletrend', on, suffix: '_DE' });
  }
  const byWeek = (frame: DataFrame) =>
    frame.withColumns(pl.col('Date').cast(pl.Int32).alias(weekName)).drop('Year', 'Week');
  const on = [weekName];
  const dated = sales.withColumns(lastWholeWeek.alias(weekName));
  const weekly = joinTable(dated, byWeek(states), { table: 'googletrend', on: ['State', ...on] });
  return joinTable(weekly, byWeek(national), { table: 'googletrend', on, suffix: '_DE' }).drop(
    weekName,
  );
}

const weekName = ' week';

/** The day number of the Sunday with which the last week began that ended before `Date`. */
const lastWholeWeek = pl
  .col('Date')
  .cast(pl.Int32)
  .minus(pl.col('Date').date.weekday().cast(pl.Int32).modulo(pl.lit(7)))
  .minus(pl.lit(7))
  .cast(pl.Int32);

/** The series with the parts of the Sunday that a week begins with, and the state's code. */
function datedTrends(googletrend: DataFrame): DataFrame {
  const state = pl.col('file').str.extract('^Rossmann_DE_(.+)$', 1);
  const trends = googletrend.withColumns(
    pl.col('week').str.extract('^(.+) - ', 1).str.strptime(pl.Date, '%Y-%m-%d').alias('Date'),
    // Lower Saxony and Bremen share a series; the states of the stores have them together too.
    pl
      .when(state.eq(pl.lit('NI')))
      .then(pl.lit('HB,NI'))
      .otherwise(state)
      .alias('State'),
  );
  return addDatepart(trends, 'Date', { drop: false });
}
