import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type Expr } from 'nodejs-polars';
import { columnOf, firstMissing } from '../frames.js';
import { datesOf } from './dates.js';

const dayMs = 86_400_000;
/** Rows in the sums before and behind each row, itself included. */
const windowRows = 7;

/**
 * Adds, for each event column, how far its events are in time. The rows of each value of
 * `baseField`, such as a store, are one sequence in the order of `dateField`. In this order:
 *
 * - `After<F>` of all columns, int64: days since the last event, 0 on the day of one and before the
 *   first;
 * - `Before<F>` of all, int64: days to the next event as a number below 0, 0 on the day of one and
 *   behind the last;
 * - `<F>_bw` of all, float64: events in this row and the 6 before it;
 * - `<F>_fw` of all, float64: events in this row and the 6 behind it.
 *
 * The windows count rows, not days. The result is joined by base and date, so that a pair which is
 * there more than once multiplies its rows.
 *
 * @param fieldNames columns of booleans, or of numbers of which 0 means no event; missing is no event
 * @returns a new frame; the given one stays as it is.
 * @throws DataError for a column that is missing or of another type, and for a missing date.
 */
export function addElapsedTimes(
  df: DataFrame,
  fieldNames: string | readonly string[],
  dateField: string,
  baseField: string,
): DataFrame {
  const fields = typeof fieldNames === 'string' ? [fieldNames] : [...fieldNames];
  const { local } = datesOf(df, dateField);
  const undated = firstMissing(local);
  if (undated >= 0) {
    throw new DataError(`column '${dateField}', row ${undated}: expected a date, got none`);
  }
  const keys = [columnOf(df, baseField), columnOf(df, dateField)];
  const events = fields.map((field) => eventsOf(df, field).rename(eventName(field)));
  const milliseconds = local.cast(pl.Datetime('ms')).cast(pl.Int64).rename(timeName);
  const base = pl.col(baseField);
  const features = pl
    .DataFrame([...keys, milliseconds, ...events])
    .sort([baseField, timeName])
    .select(
      base,
      pl.col(dateField),
      ...fields.map((field) => daysFrom(lastEvent(field), base).alias(`After${field}`)),
      ...fields.map((field) => daysFrom(nextEvent(field), base).alias(`Before${field}`)),
      ...fields.map((field) => windowSum(event(field)).over(base).alias(`${field}_bw`)),
      ...fields.map((field) =>
        windowSum(event(field).reverse()).reverse().over(base).alias(`${field}_fw`),
      ),
    );
  return df.join(features, { on: [baseField, dateField], how: 'left' });
}

const timeName = ' time';
const eventName = (field: string) => ` ${field}`;
const time = pl.col(timeName);
const event = (field: string) => pl.col(eventName(field));

function eventsOf(df: DataFrame, field: string): pl.Series {
  const column = columnOf(df, field);
  const { variant } = column.dtype;
  if (variant !== 'Bool' && !column.isNumeric()) {
    throw new DataError(`column '${field}' must have booleans or numbers, got ${variant}`);
  }
  return column.cast(pl.Bool).cast(pl.Float64).fillNull('zero') as pl.Series;
}

function eventTime(field: string): Expr {
  return pl
    .when(event(field).gt(pl.lit(0)))
    .then(time)
    .otherwise(pl.lit(null));
}

const lastEvent = (field: string) => eventTime(field).forwardFill();
const nextEvent = (field: string) => eventTime(field).backwardFill();

function daysFrom(found: Expr, base: Expr): Expr {
  const days = time.minus(found.over(base)).div(pl.lit(dayMs)).floor();
  return days.fillNull(pl.lit(0)).cast(pl.Int64);
}

function windowSum(column: Expr): Expr {
  return column.rollingSum({ windowSize: windowRows, minPeriods: 1 });
}
