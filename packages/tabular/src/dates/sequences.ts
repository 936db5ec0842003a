import pl, { type Series } from 'nodejs-polars';

/** Rows of a table by base value, such as a store, and those of each by time. */
export interface Sequences {
  /** Where in the table the row at each place is. */
  readonly rows: Int32Array;
  /** 1 at the first place of a base value. */
  readonly starts: Uint8Array;
  /** In milliseconds. */
  readonly times: Float64Array;
  /** Columns with 1 where there is an event. */
  readonly events: readonly Uint8Array[];
}

const dayMs = 86_400_000;

/**
 * @param time datetimes without missing ones
 * @param events columns of 0 and 1, as uint8
 */
export function sequencesOf(base: Series, time: Series, events: readonly Series[]): Sequences {
  const sorted = pl
    .DataFrame([
      base.rename('base'),
      time.cast(pl.Datetime('ms')).cast(pl.Int64).rename('time'),
      ...events.map((event, place) => event.rename(`event${place}`)),
    ])
    .withColumns(pl.intRange(0, base.length).cast(pl.Int32).alias('row'))
    .sort(['base', 'time'])
    .select(
      pl.col('row'),
      pl.col('base').neq(pl.col('base').shift(1)).fillNull(pl.lit(true)).cast(pl.UInt8),
      pl.col('time').cast(pl.Float64),
      ...events.map((_, place) => pl.col(`event${place}`)),
    );
  const [rows, starts, times, ...ordered] = sorted.getColumns().map((it) => it.toTypedArray()) as [
    Int32Array,
    Uint8Array,
    Float64Array,
    ...Uint8Array[],
  ];
  return { rows, starts, times, events: ordered };
}

/** The same from the last row to the first, so that what was behind a row comes before it. */
export function reversed({ rows, starts, times, events }: Sequences): Sequences {
  return {
    rows: rows.slice().reverse(),
    starts: starts.map((_, place) => starts[starts.length - place] ?? 1),
    times: times.slice().reverse(),
    events: events.map((column) => column.slice().reverse()),
  };
}

/** Whether a base value has a time twice. */
export function hasTwins({ starts, times }: Sequences): boolean {
  return times.some((time, place) => starts[place] === 0 && time === times[place - 1]);
}

/**
 * For each event whole days, rounded down, from the last one of the base value on the way to a row,
 * 0 before the first; in the order of the table.
 */
export function daysFromEvents({ rows, starts, times, events }: Sequences): Int32Array[] {
  return events.map((event) => {
    const days = new Int32Array(rows.length);
    let last = Number.NaN;
    for (let place = 0; place < rows.length; place++) {
      const time = times[place] as number;
      if (starts[place] === 1) last = Number.NaN;
      if (event[place] === 1) last = time;
      days[rows[place] as number] = Math.floor((time - last) / dayMs);
    }
    return days;
  });
}

/** For each event how many are in a row and the `size - 1` before it; in the order of the table. */
export function windowSums({ rows, starts, events }: Sequences, size: number): Float64Array[] {
  return events.map((event) => {
    const sums = new Float64Array(rows.length);
    let sum = 0;
    let start = 0;
    for (let place = 0; place < rows.length; place++) {
      if (starts[place] === 1) {
        start = place;
        sum = 0;
      }
      sum += event[place] as number;
      if (place - start >= size) sum -= event[place - size] as number;
      sums[rows[place] as number] = sum;
    }
    return sums;
  });
}
