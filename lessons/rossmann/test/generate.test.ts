import {
  generateTables,
  locateTables,
  readTable,
  type TableName,
  tableNames,
  tableSchema,
  writeTables,
} from '@flambeau/lesson-rossmann';
import pl, { type DataFrame } from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { describeWithData } from '../../../test/realData.js';
import { temporaryFolder } from './temporary.js';

const seed = Math.floor(Math.random() * 2 ** 32);
const tables = generateTables(60, seed);

/** Names of the columns in which something is missing. */
function holes(frame: DataFrame): string[] {
  return frame.columns.filter((column) => frame.getColumn(column).nullCount() > 0);
}

const values = (frame: DataFrame, column: string) => frame.getColumn(column).toArray() as number[];

function meanLog(rows: DataFrame): number {
  return rows.select(pl.col('Sales').cast(pl.Float64).log().mean().alias('mean')).row(0)[0];
}

describe(`generated tables (seed ${seed})`, () => {
  it.each(tableNames)('%s has the columns and types of its schema, and survives a file', (name) => {
    using folder = temporaryFolder();
    writeTables(tables, folder.path);
    const read = readTable(folder.path, name);
    const schema = Object.entries(tableSchema(name)).map(([column, type]) => [column, `${type}`]);
    const made = tables[name];
    expect(made.columns.map((column) => [column, `${made.getColumn(column).dtype}`])).toEqual(
      schema,
    );
    expect(read.frameEqual(made, true)).toBe(true);
  });

  it('are the same for the same seed and others for another', () => {
    const again = generateTables(60, seed);
    const other = generateTables(60, seed + 1);
    for (const name of tableNames) expect(again[name].frameEqual(tables[name], true)).toBe(true);
    expect(other.train.frameEqual(tables.train, true)).toBe(false);
  });

  it('sells nothing on closed days, and something on nearly all others', () => {
    const open = tables.train.filter(pl.col('Open').eq(pl.lit(1)));
    const closed = tables.train.filter(pl.col('Open').eq(pl.lit(0)));
    expect(Math.max(...values(closed, 'Sales'), ...values(closed, 'Customers'))).toBe(0);
    expect(values(open, 'Sales').filter((sales) => sales > 0).length / open.height).toBeGreaterThan(
      0.99,
    );
    expect(closed.height / tables.train.height).toBeGreaterThan(0.1);
  });

  it('sells more during promotions and before Christmas, and differs by store', () => {
    const sold = tables.train
      .filter(
        pl
          .col('Sales')
          .gt(pl.lit(0))
          .and(pl.col('DayOfWeek').ltEq(pl.lit(5))),
      )
      .withColumns(pl.col('Date').date.month().alias('Month'));
    const by = (column: string, value: number) =>
      meanLog(sold.filter(pl.col(column).eq(pl.lit(value))));
    expect(by('Promo', 1) - by('Promo', 0)).toBeGreaterThan(0.15);
    expect(by('Month', 12) - by('Month', 9)).toBeGreaterThan(0.05);
    const stores = Array.from({ length: 20 }, (_, place) => by('Store', place + 1));
    expect(Math.max(...stores) - Math.min(...stores)).toBeGreaterThan(0.3);
  });

  it('goes from the newest day to the oldest, stores ascending', () => {
    const days = values(tables.train.select(pl.col('Date').cast(pl.Int32)), 'Date');
    const stores = values(tables.train, 'Store');
    const keys = days.map((day, row) => -day * 1e5 + (stores[row] as number));
    expect(keys.every((key, row) => row === 0 || key > (keys[row - 1] as number))).toBe(true);
  });

  it.each([1, 0, -3, 2.5, Number.NaN])('refuses %s stores', (stores) => {
    expect(() => generateTables(stores, 1)).toThrow(RangeError);
  });
});

describeWithData('generated tables beside the real ones', (data) => {
  it.each(tableNames)('%s has the real columns, missing values and days', (name: TableName) => {
    const real = readTable(locateTables(data), name);
    const made = tables[name];
    expect(made.columns).toEqual(real.columns);
    expect(made.columns.map((column) => `${made.getColumn(column).dtype}`)).toEqual(
      real.columns.map((column) => `${real.getColumn(column).dtype}`),
    );
    expect(holes(made)).toEqual(holes(real));
    if (real.columns.includes('Date')) {
      const range = (frame: DataFrame) =>
        frame
          .select(pl.col('Date').min().alias('first'), pl.col('Date').max().alias('last'))
          .row(0);
      expect(range(made)).toEqual(range(real));
    }
  });
});
