import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataError } from '@flambeau/core';
import {
  generateTables,
  locateTables,
  openTables,
  readTables,
  writeTables,
} from '@flambeau/lesson-rossmann';
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

describe('the source of a run', () => {
  it('says that the tables are generated, and writes them where they can be read again', () => {
    using out = temporaryFolder();
    const made = openTables({ data: null, generate: 5, seed: 3, saveTables: out.path });
    expect(made.origin).toMatch(/generated tables of 5 stores, seed 3/);
    const read = openTables({ data: out.path, seed: 0 });
    expect(read.origin).toContain(join(out.path, 'rossmann'));
    expect(read.tables.train.frameEqual(made.tables.train, true)).toBe(true);
  });
});
