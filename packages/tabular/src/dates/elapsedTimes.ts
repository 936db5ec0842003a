import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { appendColumns, columnOf, firstMissing } from '../frames.js';
import { datesOf } from './dates.js';
import { daysFromEvents, hasTwins, reversed, sequencesOf, windowSums } from './sequences.js';

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
  const base = columnOf(df, baseField);
  const events = fields.map((field) => eventsOf(df, field));
  const forwards = sequencesOf(base, local, events);
  const backwards = reversed(forwards);
  const columns = (name: (field: string) => string, values: (Int32Array | Float64Array)[]) =>
    values.map((column, place) => pl.Series(name(fields[place] as string), column));
  const days = [
    ...columns((field) => `After${field}`, daysFromEvents(forwards)),
    ...columns((field) => `Before${field}`, daysFromEvents(backwards)),
  ].map((column) => column.cast(pl.Int64));
  const sums = [
    ...columns((field) => `${field}_bw`, windowSums(forwards, windowRows)),
    ...columns((field) => `${field}_fw`, windowSums(backwards, windowRows)),
  ];
  const features = [...days, ...sums];
  if (base.nullCount() === 0 && !hasTwins(forwards)) return appendColumns(df, features);
  const keys = [baseField, dateField];
  return df.join(appendColumns(df.select(...keys), features), { on: keys, how: 'left' });
}

/** The column as 0 and 1. */
function eventsOf(df: DataFrame, field: string): Series {
  const column = columnOf(df, field);
  const { variant } = column.dtype;
  if (variant !== 'Bool' && !column.isNumeric()) {
    throw new DataError(`column '${field}' must have booleans or numbers, got ${variant}`);
  }
  return column.cast(pl.Bool).cast(pl.UInt8).fillNull('zero') as Series;
}
