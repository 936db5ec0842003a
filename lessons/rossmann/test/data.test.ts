import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  buildFeatures,
  DataError,
  generateTables,
  locateTables,
  openTables,
  readTables,
  type SalesTables,
  splitByTime,
  writeTables,
} from '@flambeau/lesson-rossmann';
import pl from 'nodejs-polars';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary.js';

const generated = generateTables(12, 7);
const folder = temporaryFolder();

beforeEach(() => writeTables(generated, folder.path));
afterAll(() => folder[Symbol.dispose]());

/** The DataError that `work` throws. */
function failure(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(DataError);
    return (error as DataError).message;
  }
  return expect.unreachable('nothing was thrown');
}

const rewrite = (name: string, text: string) =>
  writeFileSync(join(folder.path, `${name}.csv`), text);

describe('reading tables', () => {
  it('takes plain and gzipped files, and a folder around them', () => {
    const plain = readTables(folder.path);
    const csv = generated.train.writeCSV() as Buffer;
    writeFileSync(join(folder.path, 'train.csv.gz'), gzipSync(csv));
    rmSync(join(folder.path, 'train.csv'));
    const packed = readTables(folder.path);
    rmSync(join(folder.path, 'train.csv.gz'));
    expect(packed.train.frameEqual(plain.train, true)).toBe(true);
    using around = temporaryFolder();
    writeTables(generated, join(around.path, 'rossmann'));
    expect(locateTables(around.path)).toBe(join(around.path, 'rossmann'));
  });

  it('names a folder that is not there, and one that is a file', () => {
    const absent = join(folder.path, 'absent');
    expect(failure(() => locateTables(absent))).toContain(absent);
    const file = join(folder.path, 'store.csv');
    expect(failure(() => openTables({ data: file, seed: 1 }))).toContain(file);
  });

  it('names a file that is not there', () => {
    rmSync(join(folder.path, 'store.csv'));
    const message = failure(() => readTables(folder.path));
    expect(message).toContain('store.csv');
    expect(message).toContain(folder.path);
  });

  it('names columns that are not there', () => {
    generated.train.drop('Promo', 'Open').writeCSV(join(folder.path, 'train.csv'));
    expect(failure(() => readTables(folder.path))).toMatch(/train\.csv has no column Open, Promo/);
  });

  it('names the file and column of a value that is not what the column holds', () => {
    rewrite('store', 'Store,StoreType\nabc,a\n');
    expect(failure(() => readTables(folder.path))).toMatch(/store\.csv .*abc.*Store/);
  });

  it('refuses an empty file and a header alone', () => {
    rewrite('test', '');
    expect(failure(() => readTables(folder.path))).toContain('test.csv');
    rewrite('test', `${generated.test.columns.join(',')}\n`);
    expect(failure(() => readTables(folder.path))).toMatch(/test\.csv has a header but no rows/);
  });
});

describe('features of unsuitable tables', () => {
  const changed = (change: Partial<SalesTables>) => () =>
    buildFeatures({ ...generated, ...change });

  it('names stores that the store table lacks', () => {
    const store = generated.store.filter(pl.col('Store').neq(pl.lit(5)));
    expect(failure(changed({ store }))).toMatch(/lacks stores .*: 5$/);
  });

  it('names a column with a hole that nothing can fill, and refuses negative sales', () => {
    const first = pl.col('Store').eq(pl.lit(1));
    const withSales = (sales: pl.Expr) =>
      generated.train.withColumns(
        pl.when(first).then(sales).otherwise(pl.col('Sales')).alias('Sales'),
      );
    const incomplete = withSales(pl.lit(null));
    expect(failure(changed({ train: incomplete }))).toMatch(/lacks Sales in \d+ of \d+ rows/);
    expect(failure(changed({ train: withSales(pl.lit(-2)) }))).toMatch(/negative Sales.* -2/);
  });

  it('refuses a store table with a store twice', () => {
    const store = pl.concat([generated.store, generated.store.head(1)]);
    expect(failure(changed({ store }))).toMatch(/13 rows for 12 stores/);
  });

  it('refuses a split without rows to train on, and rows out of order', () => {
    const features = buildFeatures(generated);
    expect(failure(() => splitByTime(features, features.height))).toMatch(/more than \d+ rows/);
    const reversed = features.sort('Date');
    expect(failure(() => splitByTime(reversed, 100))).toMatch(/newest first/);
  });
});

describe('the source of a run', () => {
  it('says that the tables are generated, and writes them where they can be read again', () => {
    using out = temporaryFolder();
    const made = openTables({ data: null, generate: 5, seed: 3, out: out.path });
    expect(made.origin).toMatch(/generated tables of 5 stores, seed 3/);
    const read = openTables({ data: out.path, seed: 0 });
    expect(read.origin).toContain(join(out.path, 'rossmann'));
    expect(read.tables.train.frameEqual(made.tables.train, true)).toBe(true);
  });
});
