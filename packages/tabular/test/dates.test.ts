import { fileURLToPath } from 'node:url';
import { addCyclicDatepart, addDatepart, addElapsedTimes, DataError } from '@flambeau/tabular';
import fc from 'fast-check';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import {
  type Columns,
  callPandas,
  columnsOf,
  expectSameColumns,
} from '../../../test/oracle/pandas.js';

/** Any time from 1900 to 2100, to the millisecond. */
const instants = fc.date({
  min: new Date('1900-01-01T00:00:00Z'),
  max: new Date('2100-12-31T23:59:59Z'),
  noInvalidDate: true,
});
const module = { folder: fileURLToPath(new URL('python', import.meta.url)), name: 'tabular' };
const someRuns = { numRuns: 15 };

describeWithOracle('dates beside pandas', (oracle) => {
  const times = fc.array(fc.option(instants, { freq: 6 }), { minLength: 1, maxLength: 40 });
  const text = (date: Date | null) => date?.toISOString().replace('Z', '') ?? null;

  it('takes texts with a time apart', () =>
    fc.assert(
      fc.asyncProperty(times, async (dates) => {
        const texts = dates.map(text);
        if (texts.every((it) => it === null)) return;
        const frame = addDatepart(
          pl.DataFrame([pl.Series('saledate', texts, pl.Utf8)]),
          'saledate',
          {
            time: true,
          },
        );
        const expected = await callPandas<Columns>(
          oracle,
          module,
          'datepart',
          texts,
          null,
          'sale',
          true,
        );
        expectSameColumns(columnsOf(frame), expected);
      }),
      someRuns,
    ));

  it('takes the types of dates apart, by the clock of their zone', () =>
    fc.assert(
      fc.asyncProperty(
        times,
        fc.constantFrom(null, 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'),
        async (dates, zone) => {
          const column = pl.Series('t', dates, pl.Datetime('ms', zone ?? undefined));
          const frame = addDatepart(pl.DataFrame([column]), 't', { time: true });
          const texts = dates.map((date) => date?.toISOString() ?? null);
          const given = zone === null ? dates.map(text) : texts;
          expectSameColumns(
            columnsOf(frame),
            await callPandas<Columns>(oracle, module, 'datepart', given, zone, 't', true),
          );
        },
      ),
      someRuns,
    ));

  it('turns them into points on circles', () =>
    fc.assert(
      fc.asyncProperty(fc.array(instants, { minLength: 1, maxLength: 30 }), async (dates) => {
        const texts = dates.map(text) as string[];
        const frame = addCyclicDatepart(pl.DataFrame({ date: texts }), 'date', { time: true });
        expectSameColumns(
          columnsOf(frame),
          await callPandas<Columns>(oracle, module, 'cyclic', texts),
        );
      }),
      someRuns,
    ));

  it('counts the days to events', () => {
    const rows = fc.uniqueArray(
      fc.record({
        store: fc.integer({ min: 1, max: 4 }),
        day: fc.integer({ min: 0, max: 400 }),
        promo: fc.boolean(),
        holiday: fc.option(fc.boolean(), { freq: 8 }),
      }),
      { minLength: 1, maxLength: 80, selector: ({ store, day }) => `${store} ${day}` },
    );
    return fc.assert(
      fc.asyncProperty(rows, async (records) => {
        const data = {
          store: records.map(({ store }) => store),
          date: records.map(({ day }) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
          promo: records.map(({ promo }) => promo),
          holiday: records.map(({ holiday }) => holiday),
        };
        const given = pl.DataFrame([
          pl.Series('store', data.store, pl.Int64),
          pl.Series('date', data.date, pl.Utf8),
          pl.Series('promo', data.promo, pl.Bool),
          pl.Series('holiday', data.holiday, pl.Bool),
        ]);
        const fields = ['promo', 'holiday'];
        const expected = await callPandas<Columns>(
          oracle,
          module,
          'elapsed_times',
          data,
          fields,
          'date',
          'store',
        );
        expectSameColumns(columnsOf(addElapsedTimes(given, fields, 'date', 'store')), expected);
      }),
      someRuns,
    );
  });
});

describe('addDatepart', () => {
  const parts = (date: string, options = {}) =>
    addDatepart(pl.DataFrame({ Date: [date] }), 'Date', options).toRecords()[0];

  it.each([
    ['2015-07-31', { Week: 31, Dayofweek: 4, Dayofyear: 212, Elapsed: 1438300800 }],
    ['2013-01-01', { Week: 1, Is_quarter_start: true, Is_year_start: true, Elapsed: 1356998400 }],
    ['2012-12-31', { Year: 2012, Week: 1, Dayofyear: 366, Is_year_end: true, Elapsed: 1356912000 }],
    ['2014-12-29', { Year: 2014, Week: 1, Dayofyear: 363, Elapsed: 1419811200 }],
    ['2016-01-01', { Year: 2016, Week: 53, Dayofweek: 4, Elapsed: 1451606400 }],
    ['2016-02-29', { Week: 9, Dayofyear: 60, Is_month_end: true, Is_quarter_end: false }],
    ['2013-03-31', { Week: 13, Is_month_end: true, Is_quarter_end: true, Elapsed: 1364688000 }],
    ['1900-01-01', { Week: 1, Elapsed: -2208988800 }],
    ['1969-12-31T23:59:59', { Week: 1, Elapsed: -1 }],
    ['2015-07-31T00:00+02:00', { Day: 31, Elapsed: 1438293600 }],
  ])('of %s', (date, expected) => {
    expect(parts(date)).toMatchObject(expected);
  });

  it('names the parts of the time after the column and drops it', () => {
    const frame = addDatepart(pl.DataFrame({ SaleDate: ['2015-07-31 13:45:07.900'] }), 'SaleDate', {
      time: true,
    });
    expect(frame.columns).not.toContain('SaleDate');
    expect(frame.toRecords()[0]).toMatchObject({
      SaleHour: 13,
      SaleMinute: 45,
      SaleSecond: 7,
      SaleElapsed: 1438350307,
    });
  });

  it.each([
    ['Date', ''],
    ['saledate', 'sale'],
    ['update', 'up'],
    ['DATE', 'DATE'],
    ['timestamp', 'timestamp'],
    ['dateX', 'dateX'],
  ])('prefixes the parts of %s with "%s"', (name, prefix) => {
    const frame = addDatepart(pl.DataFrame({ [name]: ['2015-07-31'] }), name);
    expect(frame.columns[0]).toBe(`${prefix}Year`);
  });

  it.each(['31.07.2015', '07/31/2015', '2015/7/31', '20150731', '31-Jul-2015', 'July 31, 2015'])(
    'reads %s',
    (date) => {
      expect(parts(date)).toMatchObject({ Year: 2015, Month: 7, Day: 31 });
    },
  );

  it('reads by a format, and columns of several formats', () => {
    expect(parts('31/07/2015', { format: '%d/%m/%Y' })).toMatchObject({ Month: 7, Day: 31 });
    const mixed = pl.DataFrame({ Date: ['2015-07-31', '2014-01-02 10:11', null] });
    expect(addDatepart(mixed, 'Date').getColumn('Day').toArray()).toEqual([31, 2, null]);
  });

  it('says what is wrong with a column', () => {
    const frame = pl.DataFrame({ day: ['2015-07-31', '2015-07-32'], n: [1, 2] });
    const attempt = (name: string) => () => addDatepart(frame, name);
    expect(attempt('day')).toThrow(DataError);
    expect(attempt('day')).toThrow("column 'day', row 1: expected a date such as 2015-07-31");
    expect(attempt('day')).toThrow("got '2015-07-32'");
    expect(attempt('n')).toThrow("column 'n' must have dates or text, got Float64");
    expect(attempt('date')).toThrow("there is no column 'date'; the columns are day, n");
  });
});

describe('addCyclicDatepart', () => {
  it('gives the reference values', () => {
    const [record] = addCyclicDatepart(pl.DataFrame({ Date: ['2015-07-31 06:30:15'] }), 'Date', {
      time: true,
      addLinear: true,
    }).toRecords() as [Record<string, number>];
    const expected = {
      weekday: [-0.900969, -0.433884],
      day_month: [0.97953, -0.201299],
      month_year: [-1, 0],
      day_year: [-0.882048, -0.47116],
      hour: [0, 1],
      clock: [-1, 0],
      min: [-1, 0],
      sec: [0, 1],
    };
    for (const [name, [cos, sin]] of Object.entries(expected)) {
      expect(record[`${name}_cos`]).toBeCloseTo(cos as number, 6);
      expect(record[`${name}_sin`]).toBeCloseTo(sin as number, 6);
    }
    expect(record.year_lin).toBeCloseTo(2015.578825, 6);
  });
});

describe('addElapsedTimes', () => {
  const days = (...numbers: number[]) =>
    numbers.map((day) => `2015-01-${String(day).padStart(2, '0')}`);
  const elapsed = (dates: string[], Promo: unknown[]) =>
    columnsOf(
      addElapsedTimes(
        pl.DataFrame({ Store: dates.map(() => 1), Date: dates, Promo }),
        'Promo',
        'Date',
        'Store',
      ),
    );

  it('follows the reference', () => {
    expect(elapsed(days(1, 2, 3, 4, 5, 6, 7, 8, 9), [0, 1, 0, 0, 1, 1, 0, 0, 0])).toMatchObject({
      AfterPromo: [0, 0, 1, 2, 0, 0, 1, 2, 3],
      BeforePromo: [-1, 0, -2, -1, 0, 0, 0, 0, 0],
      Promo_bw: [0, 1, 1, 1, 2, 3, 3, 3, 2],
      Promo_fw: [3, 3, 2, 2, 2, 1, 0, 0, 0],
    });
    expect(elapsed(days(1, 2, 3), [0, 0, 1])).toMatchObject({
      AfterPromo: [0, 0, 0],
      BeforePromo: [-2, -1, 0],
    });
  });

  it('sums over rows, not over days', () => {
    expect(elapsed(days(1, 10, 20, 30), [true, false, true, false])).toMatchObject({
      AfterPromo: [0, 9, 0, 10],
      BeforePromo: [0, -10, 0, 0],
      Promo_bw: [1, 1, 2, 2],
      Promo_fw: [2, 1, 1, 0],
    });
  });

  it('wants dates and events', () => {
    const frame = pl.DataFrame({ s: [1, 1], d: ['2015-01-01', null], e: ['a', 'b'] });
    expect(() => addElapsedTimes(frame, 'e', 'd', 's')).toThrow(
      "column 'd', row 1: expected a date, got none",
    );
    expect(() => addElapsedTimes(frame.head(1), 'e', 'd', 's')).toThrow(
      "column 'e' must have booleans or numbers, got String",
    );
  });
});
