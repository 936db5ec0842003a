import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CategoryList, FloatList, type LabelFromOptions } from '@flambeau/core';
import {
  addDatepart,
  Categorify,
  DataError,
  FillMissing,
  Normalize,
  readCsv,
  TabularList,
  type TabularListOptions,
  TabularModel,
  TabularProc,
  tabularData,
} from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const procs = [FillMissing, Categorify, Normalize];
const good = pl.DataFrame({
  store: ['a', 'b', 'a', 'b'],
  distance: [1, null, 3, 2],
  sales: [10, 20, 30, 40],
});

interface Trial extends TabularListOptions {
  readonly df?: DataFrame;
  readonly target?: string;
  readonly label?: LabelFromOptions;
  readonly test?: DataFrame;
}

/** Prepares the good table but for what the trial says. */
function prepare({ df = good, target = 'sales', label, test, ...options }: Trial): void {
  const variables = { catNames: ['store'], contNames: ['distance'], procs, ...options };
  using lists = TabularList.fromDf(df, variables)
    .splitByIdx([0])
    .labelFromDf(target, label ?? { labelCls: FloatList });
  if (test !== undefined) lists.addTest(TabularList.fromDf(test));
}

const replaced = (name: string, values: unknown[], type = pl.Float64 as never): DataFrame =>
  good.withColumns(pl.Series(name, values, type));

describe('bad tables are answered by column, row and what was expected', () => {
  it.each<[string, Trial, string]>([
    [
      'a missing column',
      { catNames: ['shop'] },
      "there is no column 'shop'; the columns are store, distance, sales",
    ],
    ['a missing target', { target: 'price' }, "there is no column 'price'; the columns are"],
    [
      'a missing column of the test table',
      { test: good.drop('store') },
      "there is no column 'store'; the columns are distance, sales",
    ],
    [
      'texts for numbers',
      { contNames: ['store'], catNames: [] },
      "column 'store', row 0: expected a number, got 'b'; does it belong to the categorical",
    ],
    [
      'a text among numbers',
      { df: replaced('distance', ['1', '2', 'x', '4'], pl.Utf8 as never) },
      "column 'distance', row 1: expected a number, got 'x'",
    ],
    [
      'dates for numbers',
      { df: good.withColumns(pl.lit(new Date()).alias('distance')) },
      "column 'distance' must have numbers, got Datetime",
    ],
    [
      'another type in the test table',
      { test: good.withColumns(pl.lit(1).alias('store')) },
      "column 'store' must be String as in training, got",
    ],
    ['a frame without rows', { df: good.head(0) }, 'the frame has no rows'],
    ['a test table without rows', { test: good.head(0) }, 'the frame has no rows'],
    [
      'no numbers in a column',
      { df: replaced('distance', [1, null, null, null]) },
      "column 'distance' has missing values only: expected numbers to take the median",
    ],
    [
      'no values in a column of texts',
      { df: replaced('store', ['a', null, null, null], pl.Utf8 as never) },
      "column 'store' has missing values only: expected categories",
    ],
    [
      'one category',
      { df: replaced('store', ['a', 'b', 'b', 'b'], pl.Utf8 as never) },
      "column 'store' has one category only, b",
    ],
    [
      'a variable named twice',
      { catNames: ['store', 'store'] },
      "the variable 'store' is named twice",
    ],
    [
      'a category that is a number too',
      { contNames: ['distance', 'store'] },
      "the variable 'store' is named twice",
    ],
    [
      'a missing target value',
      { df: replaced('sales', [1, 2, Number.NaN, 4]) },
      "column 'sales', row 2: expected a finite number, got a missing value",
    ],
    [
      'a missing one that validates',
      { df: replaced('sales', [null, 2, 3, 4]) },
      "column 'sales', row 0: expected a finite number, got a missing value",
    ],
    [
      'zero to take the log of',
      { df: replaced('sales', [1, 2, 3, 0]), label: { labelCls: FloatList, log: true } },
      "column 'sales', row 3: expected a number above 0 to take the log of, got 0",
    ],
    [
      'a text to be a number',
      { target: 'store' },
      "column 'store', row 1: expected a finite number, got b",
    ],
    [
      'a missing category to predict',
      { df: replaced('sales', [1, 2, null, 4]), label: { labelCls: CategoryList } },
      "column 'sales', row 2: expected a category, got a missing value",
    ],
    [
      'missing values in the test table only',
      { df: good.fillNull('zero'), test: good },
      "column 'distance', row 1: expected a number, got a missing value, of which the training rows had none",
    ],
  ])('%s', (_, trial, message) => {
    expect(() => prepare(trial)).toThrow(DataError);
    expect(() => prepare(trial)).toThrow(message);
  });

  it('dates that are none', () => {
    const dates = pl.DataFrame({ day: ['2015-07-31', '2015-02-30', '2015-08-01'] });
    const add = () => addDatepart(dates, 'day');
    expect(add).toThrow(DataError);
    expect(add).toThrow(
      "column 'day', row 1: expected a date such as 2015-07-31, got '2015-02-30'",
    );
  });
});

describe('an option that there is not', () => {
  it.each<[string, (options: never) => unknown]>([
    ['FillMissing', (options) => new FillMissing([], [], options)],
    ['Normalize', (options) => new Normalize([], [], options)],
    ['Categorify', (options) => new Categorify([], [], options)],
    ['TabularModel', (options) => new TabularModel([], 1, 1, [2], options)],
    ['TabularList', (options) => TabularList.fromDf(good, options)],
    ['TabularList', (options) => TabularList.from([{ a: 1 }], options)],
    ['readCsv', (options) => readCsv('table.csv', options)],
    ['tabularData', (options) => tabularData(good, options)],
  ])('is an error of %s', (name, make) => {
    expect(() => make({ log2: true } as never)).toThrow(`${name}() has no option 'log2'`);
  });
});

describe('bad CSV files are answered by file, column, row and what was expected', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flambeau-csv-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const latin = Buffer.from('name,town\na,Ulm\n"b\nc",K\xf6ln\n', 'latin1');
  it.each<[string, string | Uint8Array, string]>([
    [
      'the same name twice',
      'a,b,a\n1,2,3\n',
      "has the column 'a' twice, as number 1 and as number 3",
    ],
    [
      'a value too few',
      'a,b\n1,2\n3\n',
      "row 1 (line 3): expected 2 values, one for each column, got 1, none for 'b'",
    ],
    [
      'a value too many',
      'a,b\n1,2\n3,4,5\n',
      'row 1 (line 3): expected 2 values, one for each column, got 3',
    ],
    ['one after a quoted line break', 'a,b\n"x\ny",2\n3\n', 'row 1 (line 4): expected 2 values'],
    [
      'a blank line',
      'a,b\n1,2\n\n3,4\n',
      "row 1 (line 3): expected 2 values, one for each column, got 0, none for 'a'",
    ],
    [
      'another encoding',
      latin,
      "column 'town', row 1 (line 3): expected text in UTF-8, got the byte 0xf6",
    ],
    [
      'another encoding of the header',
      Buffer.from('gr\xf6\xdfe\n1\n', 'latin1'),
      'the header (line 1): expected text in UTF-8, got the byte 0xf6',
    ],
    [
      'a quote within a value',
      'a,b\n1,2\n5" pipe,3\n1,"\n',
      'row 1 (line 3): there is a " within a value; expected the whole',
    ],
    [
      'a quote that stays open',
      'a,b\n1,"2\n3,4\n',
      'row 0 (line 2): there is a " that is never closed',
    ],
    ['nothing', '', 'is empty: expected a header and rows'],
    ['no rows', 'a,b\n', 'has a header, but no rows'],
  ])('%s', (_, content, message) => {
    const path = join(folder, 'table.csv');
    writeFileSync(path, content);
    expect(() => readCsv(path)).toThrow(DataError);
    expect(() => readCsv(path)).toThrow(path);
    expect(() => readCsv(path)).toThrow(message);
  });

  it('a value of another type than that given', () => {
    const path = join(folder, 'table.csv');
    writeFileSync(path, `a,b\n${'1,2\n'.repeat(2000)}x,3\n`);
    const read = () => readCsv(path, { dtypes: { a: pl.Int64 } });
    expect(read).toThrow(DataError);
    expect(read).toThrow(`${path}, column 'a', row 2000: expected Int64, got 'x'`);
  });
});

describe('processors in an order that does other than one thinks', () => {
  const nextWarning = async () => String((await once(process, 'warning'))[0].message);

  class Flagged extends TabularProc {
    protected override applyTrain(df: DataFrame): DataFrame {
      if (!this.catNames.includes('flag')) this.catNames.push('flag');
      return df.withColumns(pl.lit(true).alias('flag'));
    }
  }

  it('Normalize before FillMissing is a warning', async () => {
    const warning = nextWarning();
    prepare({ procs: [Normalize, FillMissing, Categorify] });
    expect(await warning).toBe(
      'FillMissing comes after Normalize, so what it fills is in normalised units: distance; ' +
        'put it before Normalize',
    );
  });

  it('more categories after Categorify are a warning, and an error', async () => {
    const warning = nextWarning();
    expect(() => prepare({ procs: [FillMissing, Categorify, Flagged, Normalize] })).toThrow(
      "Categorify has not seen 'flag'",
    );
    expect(await warning).toBe(
      'Flagged adds categorical variables after Categorify, which does not number them: flag; ' +
        'put it before Categorify',
    );
  });
});
