import pl, { type DataFrame, type Expr } from 'nodejs-polars';
import { appendColumns } from '../frames.js';
import { datesOf } from './dates.js';

export interface DatepartOptions {
  /** Begins the names of the new columns. Default: `fieldName` without `Date` or `date` at its end. */
  readonly prefix?: string;
  /** Whether the column itself goes. Default true. */
  readonly drop?: boolean;
  /** Adds the parts of the time too. Default false. */
  readonly time?: boolean;
  /** How texts are read, as in strftime; without it the usual formats are tried. */
  readonly format?: string;
}

/** The prefix that fast.ai gives to the parts of the column `fieldName`. */
export function datepartPrefix(fieldName: string): string {
  return fieldName.replace(/[Dd]ate$/, '');
}

/**
 * Adds what a model may learn from a date, at the right end: `Year`, `Month`, `Week` (ISO 8601, 1 to
 * 53, of the week's Thursday), `Day`, `Dayofweek` (Monday 0), `Dayofyear`, the six flags
 * `Is_month_end` to `Is_year_start`, with `time` also `Hour`, `Minute`, `Second`, and at last
 * `Elapsed`, the seconds since 1970-01-01 UTC. Numbers are int64, flags booleans.
 *
 * Parts are those of the date's own clock: the host's time zone never enters. A missing date has
 * missing numbers and false flags.
 *
 * @returns a new frame; the given one stays as it is.
 * @throws DataError when the column is missing, has no dates, or a text is no date.
 */
export function addDatepart(
  df: DataFrame,
  fieldName: string,
  options: DatepartOptions = {},
): DataFrame {
  const { prefix = datepartPrefix(fieldName), drop = true, time = false, format } = options;
  const { local, seconds } = datesOf(df, fieldName, format);
  const parts = pl
    .DataFrame([local.rename('local'), seconds.rename('seconds')])
    .select(
      ...[...dateParts, ...(time ? timeParts : []), elapsed].map(([name, expression]) =>
        expression.alias(prefix + name),
      ),
    );
  const rest = drop ? df.drop(fieldName) : df;
  return appendColumns(rest, parts.getColumns());
}

type Part = readonly [name: string, expression: Expr];

const local = pl.col('local');
const number = (expression: Expr) => expression.cast(pl.Int64);
const flag = (expression: Expr) => expression.fillNull(pl.lit(false));

const month = number(local.date.month());
const day = number(local.date.day());
const tomorrow = local.cast(pl.Date).cast(pl.Int32).plus(pl.lit(1)).cast(pl.Date);
const monthEnds = tomorrow.date.month().neq(local.date.month());
const isFirst = day.eq(pl.lit(1));
const quarterPlace = month.modulo(pl.lit(3));

const dateParts: readonly Part[] = [
  ['Year', number(local.date.year())],
  ['Month', month],
  ['Week', number(local.date.week())],
  ['Day', day],
  ['Dayofweek', number(local.date.weekday().minus(pl.lit(1)))],
  ['Dayofyear', number(local.date.ordinalDay())],
  ['Is_month_end', flag(monthEnds)],
  ['Is_month_start', flag(isFirst)],
  ['Is_quarter_end', flag(monthEnds.and(quarterPlace.eq(pl.lit(0))))],
  ['Is_quarter_start', flag(isFirst.and(quarterPlace.eq(pl.lit(1))))],
  ['Is_year_end', flag(monthEnds.and(month.eq(pl.lit(12))))],
  ['Is_year_start', flag(isFirst.and(month.eq(pl.lit(1))))],
];

const timeParts: readonly Part[] = [
  ['Hour', number(local.date.hour())],
  ['Minute', number(local.date.minute())],
  ['Second', number(local.date.second())],
];

const elapsed: Part = ['Elapsed', pl.col('seconds')];
