import pl, { type DataFrame, type Expr, type Series } from 'nodejs-polars';
import { dayNumber, isoWeekMonday } from '../calendar.js';

/** What the lesson writes where a store has no such year. */
const unknownYear = 1900;
/** No days are counted from dates before this year, which stand for "unknown". */
const firstKnownYear = 1990;
const maxCompetitionMonths = 24;
const maxPromo2Weeks = 25;

/**
 * The stores, with the dates since when they have a competitor, the 15th of the month, and the
 * continued promotion, the Monday of the ISO week. Missing years are 1900, months and weeks 1.
 */
export function withStartDates(store: DataFrame): DataFrame {
  const filled = store.withColumns(
    integerOr('CompetitionOpenSinceYear', unknownYear),
    integerOr('CompetitionOpenSinceMonth', 1),
    integerOr('Promo2SinceYear', unknownYear),
    integerOr('Promo2SinceWeek', 1),
  );
  return pl.DataFrame([
    ...filled.getColumns(),
    startDates(filled, 'CompetitionOpenSince', 'Month', (year, month) =>
      dayNumber(year, month, 15),
    ),
    startDates(filled, 'Promo2Since', 'Week', isoWeekMonday),
  ]);
}

/** Adds the days from the dates of {@link withStartDates} to `Date`, and months and weeks of them. */
export function withDaysSince(frame: DataFrame): DataFrame {
  const competition = daysSince('CompetitionOpenSince');
  const promo2 = daysSince('Promo2Since');
  return frame.select(
    pl.exclude('CompetitionOpenSince', 'Promo2Since'),
    'CompetitionOpenSince',
    competition.alias('CompetitionDaysOpen'),
    wholeUnits(competition, 30, maxCompetitionMonths).alias('CompetitionMonthsOpen'),
    'Promo2Since',
    promo2.alias('Promo2Days'),
    wholeUnits(promo2, 7, maxPromo2Weeks).alias('Promo2Weeks'),
  );
}

function integerOr(name: string, value: number): Expr {
  return pl.col(name).fillNull(pl.lit(value)).cast(pl.Int32);
}

function startDates(
  store: DataFrame,
  name: string,
  part: 'Month' | 'Week',
  toDay: (year: number, part: number) => number,
): Series {
  const years = store.getColumn(`${name}Year`).toTypedArray() as Int32Array;
  const parts = store.getColumn(`${name}${part}`).toTypedArray() as Int32Array;
  const days = years.map((year, row) => toDay(year, parts[row] as number));
  return pl.Series(name, days).cast(pl.Date);
}

/** 0 before the date, and where it stands for "unknown". */
function daysSince(name: string): Expr {
  const days = pl.col('Date').cast(pl.Int32).minus(pl.col(name).cast(pl.Int32)).cast(pl.Int64);
  const counts = days.gt(pl.lit(0)).and(pl.col(name).date.year().gtEq(pl.lit(firstKnownYear)));
  return pl.when(counts).then(days).otherwise(pl.lit(0)).cast(pl.Int64);
}

function wholeUnits(days: Expr, length: number, max: number): Expr {
  return days.div(pl.lit(length)).floor().clip(0, max).cast(pl.Int64);
}
