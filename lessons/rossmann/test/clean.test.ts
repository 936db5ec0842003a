import { fileURLToPath } from 'node:url';
import {
  cleanTables,
  generateTables,
  locateTables,
  readTables,
  type SourceTables,
  writeTables,
} from '@flambeau/lesson-rossmann';
import pl, { type DataFrame } from 'nodejs-polars';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeWithOracle, type Oracle } from '../../../test/oracle/oracle.js';
import {
  type Columns,
  callPandas,
  columnsOf,
  expectSameColumns,
} from '../../../test/oracle/pandas.js';
import { describeWithData } from '../../../test/realData.js';
import { temporaryFolder } from './temporary.js';

const module = { folder: fileURLToPath(new URL('python', import.meta.url)), name: 'clean' };

/** Tables with some of the stores only. */
function withStores(tables: SourceTables, stores: readonly number[]): SourceTables {
  const some = (frame: DataFrame) =>
    frame.filter(
      stores.map((store) => pl.col('Store').eq(pl.lit(store))).reduce((a, b) => a.or(b)),
    );
  const { train, test, store, store_states } = tables;
  return {
    ...tables,
    train: some(train),
    test: some(test),
    store: some(store),
    store_states: some(store_states),
  };
}

async function compareWithPandas(oracle: Oracle, tables: SourceTables): Promise<void> {
  using folder = temporaryFolder();
  writeTables(tables, folder.path);
  const { train, test } = cleanTables(readTables(folder.path), { trendLeak: true });
  const [expectedTrain, expectedTest] = await callPandas<[Columns, Columns]>(
    oracle,
    module,
    'clean_as_json',
    folder.path,
  );
  expectSameColumns(columnsOf(train), expectedTrain);
  expectSameColumns(columnsOf(test), expectedTest);
}

describeWithOracle('cleaning of generated tables', (oracle) => {
  it('equals pandas', () => compareWithPandas(oracle, generateTables(4, oracle.seed)));
});

describeWithData('cleaning of the real tables', (folder) => {
  let tables: SourceTables;
  beforeAll(() => {
    tables = readTables(locateTables(folder));
  });

  describeWithOracle('of some stores', (oracle) => {
    it('equals pandas', () => {
      const stores = Array.from({ length: 4 }, (_, i) => ((oracle.seed + 271 * i) % 1115) + 1);
      return compareWithPandas(oracle, withStores(tables, stores));
    });
  });

  it('gives the reference rows', () => {
    const one = withStores(tables, [1]);
    const { train, test } = cleanTables(one, { trendLeak: true });
    const on = (frame: DataFrame, date: string) =>
      frame.filter(pl.col('Date').cast(pl.Utf8).eq(pl.lit(date))).toRecords()[0];
    expect(on(test, '2015-09-13')).toMatchObject({
      AfterPromo: 9,
      BeforePromo: -1,
      AfterSchoolHoliday: 9,
      AfterStateHoliday: 101,
      Promo_fw: 4,
      Promo_bw: 0,
    });
    expect(on(train, '2015-07-31')).toMatchObject({
      CompetitionDaysOpen: 2510,
      CompetitionMonthsOpen: 24,
      Promo2Days: 0,
      week: '2015-08-02 - 2015-08-08',
    });
    expect(on(train, '2014-12-29')?.week).toBe('2014-01-05 - 2014-01-11');
    const known = cleanTables(one).train;
    expect(on(known, '2015-07-31')?.week).toBe('2015-07-19 - 2015-07-25');
    expect(on(known, '2015-07-26')).toBeUndefined();
    expect(on(known, '2015-07-27')?.week_DE).toBe('2015-07-19 - 2015-07-25');
    expect(on(known, '2014-12-29')?.week).toBe('2014-12-21 - 2014-12-27');
  });
});

describe('cleaning', () => {
  const tables = generateTables(3, 5);

  it('never takes searches of a week that has not ended', () => {
    const { train } = cleanTables(tables);
    const days = train.getColumn('Date').cast(pl.Int32).toTypedArray() as Int32Array;
    const lastDays = train.getColumn('week').toArray() as string[];
    for (const [row, week] of lastDays.entries()) {
      const ended = Date.parse(`${week.split(' - ')[1]}T00:00Z`) / 86_400_000;
      const ago = (days[row] as number) - ended;
      expect(ago).toBeGreaterThan(0);
      expect(ago).toBeLessThanOrEqual(7);
    }
    expect(train.columns.length).toBe(93);
    expect(cleanTables(tables).test.columns.length).toBe(92);
  });

  it('says which table lacks a row, or has it twice', () => {
    const failing = (change: Partial<SourceTables>) => () => cleanTables({ ...tables, ...change });
    expect(failing({ store: tables.store.head(1) })).toThrow(
      'the store table has no row for Store',
    );
    expect(failing({ store_states: tables.store_states.head(1) })).toThrow(
      'the store_states table has no row for Store',
    );
    expect(failing({ weather: tables.weather.head(10) })).toThrow(
      'the weather table has no row for State',
    );
    expect(failing({ googletrend: tables.googletrend.head(10) })).toThrow(
      'the googletrend table has no row for State',
    );
    const twice = pl.concat([tables.store, tables.store.head(1)]);
    expect(failing({ store: twice })).toThrow('several rows with the same Store');
    const holes = tables.train.withColumns(pl.lit(null).cast(pl.Int64).alias('Sales'));
    expect(failing({ train: holes })).toThrow('the train table, row 0: expected a Sales');
    const negative = tables.train.withColumns(pl.lit(-5).cast(pl.Int64).alias('Sales'));
    expect(failing({ train: negative })).toThrow('negative Sales, down to -5');
  });
});
