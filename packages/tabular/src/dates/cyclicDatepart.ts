import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { appendColumns } from '../frames.js';
import { type DatepartOptions, datepartPrefix } from './datepart.js';
import { datesOf } from './dates.js';

export interface CyclicDatepartOptions extends DatepartOptions {
  /** Adds `year_lin`, the year with the elapsed share of it. Default false. */
  readonly addLinear?: boolean;
}

/**
 * Adds the place of a date within its week, month and year as points on a circle, so that the end
 * of each lies beside its beginning: `weekday_cos`, `weekday_sin`, the same for `day_month`,
 * `month_year` and `day_year`, with `time` also for `hour`, `clock` (12 hours), `min` and `sec`.
 * All are float64; a missing date has missing values.
 *
 * @returns a new frame; the given one stays as it is.
 * @throws DataError when the column is missing, has no dates, or a text is no date.
 */
export function addCyclicDatepart(
  df: DataFrame,
  fieldName: string,
  options: CyclicDatepartOptions = {},
): DataFrame {
  const {
    prefix = datepartPrefix(fieldName),
    drop = true,
    time = false,
    addLinear = false,
  } = options;
  const { local } = datesOf(df, fieldName, options.format);
  const milliseconds = local.cast(pl.Datetime('ms')).cast(pl.Float64).toArray() as (
    | number
    | null
  )[];
  const dates = milliseconds.map((value) => (value === null ? null : new Date(value)));
  const column = (name: string, numberOf: (date: Date) => number): Series =>
    pl.Series(
      prefix + name,
      dates.map((date) => date && numberOf(date)),
      pl.Float64,
    );
  const columns = [...dayCycles, ...(time ? timeCycles : [])].flatMap(([name, share]) => [
    column(`${name}_cos`, (date) => Math.cos(2 * Math.PI * share(date))),
    column(`${name}_sin`, (date) => Math.sin(2 * Math.PI * share(date))),
  ]);
  if (addLinear)
    columns.push(column('year_lin', (date) => date.getUTCFullYear() + yearShare(date)));
  return appendColumns(drop ? df.drop(fieldName) : df, columns);
}

/** The share of the cycle that has passed, 0 to 1, by the date's own clock. */
type Cycle = readonly [name: string, share: (date: Date) => number];

const dayCycles: readonly Cycle[] = [
  ['weekday', (date) => ((date.getUTCDay() + 6) % 7) / 7],
  ['day_month', (date) => (date.getUTCDate() - 1) / daysInMonth(date)],
  ['month_year', (date) => date.getUTCMonth() / 12],
  ['day_year', (date) => Math.floor(daysIntoYear(date)) / daysInYear(date)],
];

const timeCycles: readonly Cycle[] = [
  ['hour', (date) => date.getUTCHours() / 24],
  ['clock', (date) => (date.getUTCHours() % 12) / 12],
  ['min', (date) => date.getUTCMinutes() / 60],
  ['sec', (date) => date.getUTCSeconds() / 60],
];

const dayMs = 86_400_000;
const yearStart = (year: number) => Date.UTC(year, 0, 1);

function daysInMonth(date: Date): number {
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
}

function daysIntoYear(date: Date): number {
  return (date.getTime() - yearStart(date.getUTCFullYear())) / dayMs;
}

function daysInYear(date: Date): number {
  const year = date.getUTCFullYear();
  return (yearStart(year + 1) - yearStart(year)) / dayMs;
}

function yearShare(date: Date): number {
  return daysIntoYear(date) / daysInYear(date);
}
