import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type Expr, type Series } from 'nodejs-polars';
import { columnOf, mapColumn } from '../frames.js';

/** A column of dates, read two ways. */
export interface Dates {
  /** What calendar and clock showed there, as a datetime without time zone. */
  readonly local: Series;
  /** The instant in whole seconds since 1970-01-01 UTC, rounded down, as int64. */
  readonly seconds: Series;
}

/** A format as in strftime, and what a text of that format looks like. */
type Format = readonly [format: string, pattern: string];

const dateFormats: readonly Format[] = [
  ['%Y-%m-%d', '\\d{4}-\\d\\d?-\\d\\d?'],
  ['%Y/%m/%d', '\\d{4}/\\d\\d?/\\d\\d?'],
  ['%Y%m%d', '\\d{8}'],
  ['%m/%d/%Y', '\\d\\d?/\\d\\d?/\\d{4}'],
  ['%d.%m.%Y', '\\d\\d?\\.\\d\\d?\\.\\d{4}'],
  ['%d-%b-%Y', '\\d\\d?-[A-Za-z]{3}-\\d{4}'],
  ['%d %b %Y', '\\d\\d? [A-Za-z]{3} \\d{4}'],
  ['%B %d, %Y', '[A-Za-z]+ \\d\\d?, \\d{4}'],
];
const timeFormats: readonly Format[] = [
  ['%H:%M:%S%.f', '\\d\\d?:\\d\\d:\\d\\d(\\.\\d+)?'],
  ['%H:%M', '\\d\\d?:\\d\\d'],
];
/** In the order they are tried; as in pandas the month comes before the day. */
const knownFormats: readonly Format[] = [
  ...dateFormats,
  ...dateFormats.flatMap(([date, datePattern]) =>
    timeFormats.flatMap(([time, timePattern]) =>
      [' ', 'T'].map((gap): Format => [date + gap + time, datePattern + gap + timePattern]),
    ),
  ),
];

/** The distance from UTC behind a time: `Z`, `+02:00`, `-0330`. */
const offsetPattern = /:\d\d(?:\.\d+)? ?(Z|[+-]\d\d:?\d\d)$/;

/**
 * The dates of a column that has a date type or text. Without `format` the usual ones are tried:
 * ISO 8601 with or without time and offset, `12/31/2015`, `31.12.2015`, `31-Dec-2015`.
 *
 * @param format as in strftime
 * @throws DataError for a column of another type, and for text that is no date, with its row.
 */
export function datesOf(df: DataFrame, name: string, format?: string): Dates {
  const column = columnOf(df, name);
  const { variant } = column.dtype;
  if (variant === 'Utf8' || variant === 'String') return parse(column, format);
  if (variant === 'Date') return fromInstant(column.cast(pl.Datetime('ms')));
  if (variant !== 'Datetime') {
    throw new DataError(`column '${name}' must have dates or text, got ${variant}`);
  }
  return zoneOf(column) === undefined ? fromInstant(column) : fromZoned(column);
}

function zoneOf(column: Series): string | undefined {
  const [, zone] = (column.dtype as { inner?: readonly unknown[] | null }).inner ?? [];
  return typeof zone === 'string' && zone !== '' ? zone : undefined;
}

/** Through a text, since a cast would give the clock of UTC. */
function fromZoned(column: Series): Dates {
  const layout = '%Y-%m-%dT%H:%M:%S%.f';
  const text = mapColumn(column, (it) => it.date.strftime(layout));
  return {
    local: mapColumn(text, (it) => it.str.strptime(pl.Datetime, layout)),
    seconds: secondsOf(column),
  };
}

function fromInstant(column: Series): Dates {
  return { local: column, seconds: secondsOf(column) };
}

function secondsOf(column: Series): Series {
  const milliseconds = column.cast(pl.Datetime('ms'));
  return mapColumn(milliseconds, (it) =>
    it.cast(pl.Int64).div(pl.lit(1000)).floor().cast(pl.Int64),
  );
}

function parse(column: Series, format: string | undefined): Dates {
  const first = column.dropNulls().head(1).toArray()[0] as string | undefined;
  if (first === undefined || !offsetPattern.test(first)) {
    return fromInstant(parseLocal(column, column, format));
  }
  const offset = mapColumn(column, (it) => it.str.extract(offsetPattern.source, 1));
  const clock = mapColumn(column, (it) => it.str.replace(' ?(Z|[+-]\\d\\d:?\\d\\d)$', ''));
  const local = parseLocal(clock, column, format);
  return { local, seconds: secondsOf(local).sub(offsetSeconds(offset)) as Series };
}

function offsetSeconds(offset: Series): Series {
  const part = (group: number) => (it: Expr) =>
    it.str.extract('([+-]\\d\\d):?(\\d\\d)', group).cast(pl.Int64).fillNull(pl.lit(0));
  const hours = mapColumn(offset, part(1));
  const minutes = mapColumn(offset, part(2));
  const frame = pl.DataFrame([
    hours.rename('hours'),
    minutes.rename('minutes'),
    offset.rename('offset'),
  ]);
  const sign = pl
    .when(pl.col('offset').str.startsWith('-'))
    .then(pl.lit(-60))
    .otherwise(pl.lit(60));
  return frame
    .select(
      pl
        .col('hours')
        .mul(pl.lit(3600))
        .add(pl.col('minutes').mul(sign))
        .cast(pl.Int64)
        .alias('offset'),
    )
    .getColumn('offset');
}

/** @param given the column as it was, for the message */
function parseLocal(text: Series, given: Series, format: string | undefined): Series {
  const formats: readonly Format[] = format === undefined ? knownFormats : [[format, '.*']];
  let parsed = mapColumn(text, (it) => parsedAs(it, formats[0] as Format));
  for (const candidate of formats.slice(1)) {
    if (parsed.nullCount() === text.nullCount()) break;
    const found = mapColumn(text, (it) => parsedAs(it, candidate));
    if (found.nullCount() < found.length) parsed = firstOf(parsed, found);
  }
  if (parsed.nullCount() === text.nullCount()) return parsed;
  const row = parsed
    .isNull()
    .toArray()
    .findIndex((isNull, at) => isNull && given.get(at) !== null);
  const expected = format === undefined ? 'a date such as 2015-07-31' : `a date as '${format}'`;
  throw new DataError(
    `column '${given.name}', row ${row}: expected ${expected}, got '${given.get(row)}'`,
  );
}

/** Null for a text that does not look like the format: the parser itself ignores what follows. */
function parsedAs(text: Expr, [format, pattern]: Format): Expr {
  const type = /%[HIMSTRX]/.test(format) ? pl.Datetime : pl.Date;
  const matching = pl
    .when(text.str.contains(`^${pattern}$`))
    .then(text)
    .otherwise(pl.lit(null));
  return matching.str.strptime(type as typeof pl.Datetime, format).cast(pl.Datetime('ms'));
}

function firstOf(first: Series, second: Series): Series {
  return pl
    .DataFrame([first.rename('first'), second.rename('second')])
    .select(pl.col('first').fillNull(pl.col('second')).alias(first.name))
    .getColumn(first.name);
}
