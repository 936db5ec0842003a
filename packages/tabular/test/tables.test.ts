import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { CategoryList, FloatList, MultiCategoryList } from '@flambeau/core';
import {
  contCatSplit,
  readCsv,
  readTable,
  type TableSource,
  TabularList,
  tabularData,
} from '@flambeau/tabular';
import fc from 'fast-check';
import pl from 'nodejs-polars';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-tables-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const df = pl.DataFrame({ a: [1.5, 2, null], b: ['x', 'ä', null], c: [true, false, true] });

describe('readTable', () => {
  it.each<[string, () => TableSource]>([
    ['a frame', () => df],
    ['rows', () => df.toRecords()],
    ['a Parquet file', () => file('t.parquet', df.writeParquet())],
    ['an Arrow file', () => file('t.arrow', df.writeIPC())],
    ['an Arrow stream', () => file('t.arrows', df.writeIPCStream())],
    ['bytes of Arrow', () => new Uint8Array(df.writeIPCStream())],
    ['a CSV file', () => file('t.csv', 'a,b,c\r\n1.5,x,true\r\n2,"ä",false\r\nNA,,true\r\n\r\n')],
    ['a compressed one', () => file('t.csv.gz', gzipSync('a,b,c\n1.5,x,true\n2,ä,false\n,,true'))],
    ['one with tabs', () => file('t.tsv', '\ufeffa\tb\tc\n1.5\tx\ttrue\n2\tä\tfalse\n\t\ttrue')],
  ])('reads %s', (_, source) => {
    expect(readTable(source()).toRecords()).toEqual(df.toRecords());
  });

  it('says what it does not read', () => {
    expect(() => readTable('table.xlsx')).toThrow('a table is read from files with .csv, .tsv');
    expect(() => readTable([])).toThrow('the table has no rows');
    expect(() => readTable(3 as never)).toThrow('expected a table, rows, bytes or a path, got 3');
  });
});

describe('readCsv', () => {
  it('lets all values of a column decide on its type', () => {
    for (const rows of [500, 5000]) {
      const path = file('late.csv', `a,b,c\n${'1,2,\n'.repeat(rows)}1.5,x,3\n`);
      const last = readCsv(path).tail(1);
      expect(last.toRecords()).toEqual([{ a: 1.5, b: 'x', c: 3 }]);
    }
    const late = file('late.csv', `a\n${'NA\n'.repeat(5000)}3\n`);
    expect(readCsv(late).tail(1).toRecords()).toEqual([{ a: 3 }]);
    const none = file('none.csv', `a,b\n${'NA,1\n'.repeat(2000)}`);
    expect(readCsv(none).getColumn('a').nullCount()).toBe(2000);
  });

  it('takes line breaks, separators and quotes in quotes', () => {
    const path = file('quoted.csv', 'a;"b;c"\n"x\n;y";1\n"""";2\n');
    expect(readCsv(path, { sep: ';' }).toRecords()).toEqual([
      { a: 'x\n;y', 'b;c': 1 },
      { a: '"', 'b;c': 2 },
    ]);
    expect(() => readCsv(path, { sep: '::' })).toThrow(
      "sep must be a single character of ASCII, got '::'",
    );
  });

  it('reads what is written, and finds each value too few', () => {
    const cell = fc
      .array(fc.constantFrom(',', '"', '\n', '\r\n', 'é', 'x', ' ', '\u{1f600}'), { minLength: 1 })
      .map((parts) => parts.join(''));
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 });
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    const written = (lines: readonly (readonly string[])[]) =>
      ['a,"b,c",d', ...lines.map((line) => line.map(quoted).join(','))].join('\n');
    fc.assert(
      fc.property(table, fc.nat(), (lines, place) => {
        const read = readCsv(file('any.csv', written(lines)));
        expect(read.columns).toEqual(['a', 'b,c', 'd']);
        expect(read.rows()).toEqual(lines);
        const row = place % lines.length;
        const short = lines.map((line, at) => (at === row ? line.slice(1) : line));
        const path = file('short.csv', written(short));
        expect(() => readCsv(path)).toThrow(`row ${row} (line`);
        expect(() => readCsv(path)).toThrow('expected 3 values, one for each column, got 2, none');
      }),
      { numRuns: 50 },
    );
  });

  it('takes other types and texts for missing values', () => {
    const path = file('types.csv', 'a,b\n1,-\n2,NA\n');
    const read = readCsv(path, { dtypes: { a: pl.Utf8 }, nullValues: ['-'] });
    expect(read.toRecords()).toEqual([
      { a: '1', b: null },
      { a: '2', b: 'NA' },
    ]);
  });
});

describe('TabularList', () => {
  const dated = pl.DataFrame({
    day: ['2015-01-03', '2015-01-01', '2015-01-04', '2015-01-02'],
    y: [3, 1, 4, 2],
  });

  it('comes from a CSV file and from any table', () => {
    const path = file('list.csv', 'store;y\na;1\nb;2\n');
    const list = TabularList.fromCsv(path, { sep: ';', catNames: ['store'], path: folder });
    expect([list.length, list.catNames, list.path]).toEqual([2, ['store'], folder]);
    expect(TabularList.from([{ a: 1 }, { a: 2 }], { contNames: ['a'] }).length).toBe(2);
  });

  it('splits by date and by a function of the row', () => {
    const list = TabularList.fromDf(dated);
    for (const from of ['2015-01-03', '3.1.2015', new Date('2015-01-03')]) {
      const { trainRows, validRows } = list.splitByDate('day', from);
      expect([trainRows, validRows]).toEqual([
        [1, 3],
        [0, 2],
      ]);
    }
    expect(list.splitByValidFunc(({ y }) => (y as number) > 3).validRows).toEqual([2]);
    expect(() => list.splitByDate('day', '2016-01-01')).toThrow(
      "column 'day': no rows are from 2016-01-01 on; the dates are from 2015-01-01 to 2015-01-04",
    );
    expect(() => list.splitByDate('day', '2014-01-01')).toThrow('all rows are from 2014-01-01 on');
    const hole = TabularList.fromDf(pl.DataFrame({ day: ['2015-01-01', null] }));
    expect(() => hole.splitByDate('day', '2015-01-01')).toThrow(
      "column 'day', row 1: expected a date, got a missing value",
    );
  });
});

describe('contCatSplit', () => {
  it('proposes as the reference does', () => {
    const rows = Array.from({ length: 30 }, (_, row) => row);
    const frame = pl.DataFrame([
      pl.Series('many', rows, pl.Int64),
      pl.Series(
        'few',
        rows.map((row) => row % 2),
        pl.Int64,
      ),
      pl.Series(
        'float',
        rows.map((row) => (row % 2) / 2),
        pl.Float64,
      ),
      pl.Series('text', rows.map(String), pl.Utf8),
      pl.Series(
        'flag',
        rows.map((row) => row > 3),
        pl.Bool,
      ),
      pl.Series('many32', rows, pl.Int32),
      pl.Series('y', rows, pl.Int64),
    ]);
    expect(contCatSplit(frame, 20, 'y')).toEqual({
      contNames: ['many', 'float', 'many32'],
      catNames: ['few', 'text', 'flag'],
    });
  });
});

describe('tabularData', () => {
  const rows = Array.from({ length: 40 }, (_, row) => ({
    store: 'abcd'[row % 4],
    distance: row % 5 === 0 ? null : row / 3,
    visitors: row * 10,
    weekday: row % 7,
    same: 'one',
    startDate: new Date(Date.UTC(2015, 0, 1 + row)),
    isTest: row >= 30,
    tags: row % 2 === 0 ? 'x y' : 'y',
    kind: row % 3,
    sales: 100 + row * 3,
  }));

  it('finds out what is not said', () => {
    using data = tabularData(rows, { target: 'sales', ignore: ['isTest', 'tags', 'kind'] });
    const { x, y } = data.trainDs;
    expect(x.catNames).toEqual(['store', 'weekday', 'distance_na']);
    expect(x.contNames).toEqual(['distance', 'visitors']);
    expect(y).toBeInstanceOf(FloatList);
    expect([x.length, data.validDs.x.length, data.batchSize]).toEqual([32, 8, 64]);
  });

  it('takes what is said', () => {
    using data = tabularData(rows, {
      target: 'sales',
      log: true,
      validation: { column: 'startDate', from: '2015-02-01' },
      categorical: ['visitors'],
      continuous: ['weekday'],
      dates: ['startDate'],
      ignore: ['isTest', 'tags', 'kind', 'store'],
      test: rows.slice(0, 3).map(({ sales, ...others }) => others),
      batchSize: 8,
      path: folder,
      device: 'cpu',
    });
    const { x, y } = data.trainDs;
    expect(x.catNames).toContain('startMonth');
    expect(x.contNames.slice(0, 2)).toEqual(['weekday', 'distance']);
    expect([x.length, data.validDs.x.length, data.lists.test?.x.length]).toEqual([31, 9, 3]);
    expect(y.tensor.at(0).item()).toBeCloseTo(Math.log(100), 6);
    expect([data.path, data.batchSize]).toEqual([folder, 8]);
  });

  it('splits by a column, by rows and at random, and labels by kind', () => {
    const ignore = ['tags'];
    using byColumn = tabularData(rows, {
      target: 'kind',
      ignore,
      validation: { column: 'isTest' },
    });
    expect(byColumn.validDs.x.length).toBe(10);
    expect(byColumn.trainDs.y).toBeInstanceOf(CategoryList);
    expect(byColumn.trainDs.x.catNames).not.toContain('isTest');
    using byRows = tabularData(rows, { target: 'tags', labelDelim: ' ', validation: [3, 1] });
    expect(byRows.validDs.x.df.getColumn('sales').toArray()).toEqual([109, 103]);
    expect(byRows.trainDs.y).toBeInstanceOf(MultiCategoryList);
    const sample = () => {
      using data = tabularData(rows, { target: 'sales', ignore, validation: 0.1, seed: 3 });
      return data.validDs.x.df.getColumn('sales').toArray();
    };
    expect(sample()).toEqual(sample());
  });

  it('says what is wrong', () => {
    expect(() => tabularData(rows, { target: 'price' })).toThrow("there is no column 'price'");
    expect(() => tabularData(rows, { target: 'sales', ignore: ['x'] })).toThrow("no column 'x'");
    expect(() => tabularData([{ a: 1 }, { a: 2 }], { target: 'a' })).toThrow(
      'there are no variables: all columns have one value only, or are left out',
    );
  });
});
