import { FloatList, type Tensor, tidy } from '@flambeau/core';
import {
  Categorify,
  DataError,
  FillMissing,
  Normalize,
  type TabularDataBunch,
  TabularList,
  type TabularListOptions,
  type TabularRow,
  tabularLearner,
} from '@flambeau/tabular';
import fc from 'fast-check';
import pl, { type DataFrame } from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const types = {
  text: pl.Utf8,
  whole: pl.Int64,
  small: pl.Int8,
  single: pl.Float32,
  flag: pl.Bool,
  day: pl.Date,
  distance: pl.Float64,
  count: pl.Int32,
  short: pl.Float32,
} as const;
type Name = keyof typeof types;
const catNames: Name[] = ['text', 'whole', 'small', 'single', 'flag', 'day'];
const contNames: Name[] = ['distance', 'count', 'short'];

const days = [new Date('1900-01-01'), new Date('2015-07-31'), new Date('2100-12-31')];
const cells: Record<Name, fc.Arbitrary<unknown>> = {
  text: fc.constantFrom('9', '10', 'Ab', 'B', '\u{1f600}', ''),
  whole: fc.integer({ min: -3, max: 3 }),
  small: fc.integer({ min: -3, max: 3 }),
  single: fc.constantFrom(0.1, 0.2, -0.3),
  flag: fc.boolean(),
  day: fc.constantFrom(...days),
  distance: fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
  count: fc.integer({ min: -1000, max: 1000 }),
  short: fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
};
const rowsOf = (count: number): fc.Arbitrary<TabularRow[]> =>
  fc.array(
    fc.record(
      Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, fc.option(cell)])),
    ),
    { minLength: count, maxLength: count },
  );
const frameOf = (rows: readonly TabularRow[]): DataFrame =>
  pl.DataFrame(
    Object.entries(types).map(([name, type]) =>
      pl.Series(
        name,
        rows.map((row) => row[name]),
        type,
      ),
    ),
  );

/** With every category, and a hole in each number. */
const training = frameOf([
  ...Array.from({ length: 6 }, (_, row) => ({
    text: ['9', '10', 'Ab', 'B', 'a', ''][row],
    whole: row % 3,
    small: row % 3,
    single: [0.1, 0.2][row % 2],
    flag: row % 2 === 0,
    day: days[row % 3],
    distance: row / 7,
    count: row,
    short: row / 3,
  })),
  Object.fromEntries(Object.keys(types).map((name) => [name, null])),
]).withColumns(pl.lit(1).alias('y'));

const trained = (options: TabularListOptions): TabularDataBunch =>
  TabularList.fromDf(training, options)
    .splitNone()
    .labelFromDf('y', { labelCls: FloatList })
    .databunch({ bs: 2, device: 'cpu' });

describe('rows that are plain objects', () => {
  class OtherNormalize extends Normalize {
    protected override applyTest(frame: DataFrame): DataFrame {
      return super.applyTest(frame).withColumns(pl.col('distance').mul(pl.lit(2)));
    }
  }
  const bare = (cats: readonly string[], conts: readonly string[]) =>
    new FillMissing(cats, conts, { addCol: false });

  it.each([
    ['without a frame', [FillMissing, Categorify, Normalize]],
    ['without flags', [bare, Normalize, Categorify]],
    ['where a processor needs a frame', [FillMissing, Categorify, OtherNormalize]],
  ] as const)('are as those of a frame, %s', (_, procs) => {
    using data = trained({ catNames, contNames, procs });
    const { x } = data.trainDs;
    fc.assert(
      fc.property(rowsOf(25), (rows) => {
        tidy(() => {
          const { cats, conts } = x.processor.apply(frameOf(rows));
          const [ownCats, ownConts] = x.inputsOf(rows) as [Tensor, Tensor];
          expect([ownCats.dtype, ownConts.dtype]).toEqual(['int64', 'float32']);
          expect(ownCats.toArray()).toEqual(cats.toArray());
          expect(ownConts.toArray()).toEqual(conts.toArray());
        });
      }),
      { numRuns: 3 },
    );
  });

  const variables = { catNames: ['text', 'day'], contNames: ['distance'] };
  const row = { text: '9', day: days[0], distance: 1, more: 'is left out' };

  it('are predicted', () => {
    using data = trained({ ...variables, procs: [FillMissing, Categorify, Normalize] });
    using learn = tabularLearner(data, { layers: [4], silent: true });
    using _model = learn.model;
    tidy(() => {
      const { label, value, output } = learn.predict(row);
      expect(label).toBe(value.item());
      expect((output as Tensor).toArray()).toEqual([label]);
      const { labels, values, outputs } = learn.predictItems([row, { ...row, text: 'new' }]);
      expect(labels[0]).toBeCloseTo(label as number, 6);
      expect(labels).toEqual(values.flatten().toArray());
      expect((outputs as Tensor).shape).toEqual([2, 1]);
      expect(() => learn.predictItems([])).toThrow('there are no items to predict');
    });
  });

  it.each([
    [
      'a column that is not there',
      { text: undefined },
      "column 'text', row 1: expected a text, or null where it is not known, got none",
    ],
    [
      'a number for a text',
      { text: 9 },
      "column 'text', row 1: expected a text, or null where it is not known, got 9",
    ],
    [
      'a text for a date',
      { day: '2015' },
      "column 'day', row 1: expected a Date, or null where it is not known, got '2015'",
    ],
    [
      'a text for a number',
      { distance: '1' },
      "column 'distance', row 1: expected a number, or null where it is not known, got '1'",
    ],
    [
      'a number too large for float32',
      { distance: 1e300 },
      "column 'distance', row 1: expected a finite number, got",
    ],
    [
      'an endless number',
      { distance: -1 / 0 },
      "column 'distance', row 1: expected a finite number, got -Infinity",
    ],
  ])('must not have %s', (_, wrong, message) => {
    using data = trained({ ...variables, procs: [FillMissing, Categorify, Normalize] });
    const predict = () => data.oneItem({ ...row, ...wrong });
    const make = () => data.itemBatch([row, { ...row, ...wrong }]);
    expect(make).toThrow(DataError);
    expect(make).toThrow(message);
    expect(predict).toThrow(message.replace('row 1', 'row 0'));
  });

  it('have no values of types that JavaScript lacks', () => {
    const seconds = [1, 2, 3, 1, 2, 3, 1].map((it) => it * 1e9);
    const clock = pl.Series('text', seconds, pl.Int64).cast(pl.Time);
    const list = TabularList.fromDf(training.withColumns(clock), {
      catNames: ['text'],
      procs: [Categorify],
    });
    using lists = list.splitNone().labelFromDf('y', { labelCls: FloatList });
    const copy = TabularList.fromState(JSON.parse(JSON.stringify(lists.train.x.exportState())));
    for (const { processor } of [lists.train.x, copy]) {
      expect(() => processor.applyRows([{ text: 1e9 }])).toThrow(
        "column 'text', row 0: expected null, since only frames have values of its type, got 1000000000",
      );
      tidy(() => {
        const { cats } = processor.apply(pl.DataFrame([clock]));
        expect(cats.flatten().toArray()).toEqual([1, 2, 3, 1, 2, 3, 1]);
      });
    }
  });

  it('must be objects, with values that training has known', () => {
    using data = trained({ ...variables, contNames: [], procs: [Categorify] });
    expect(() => data.oneItem([1, 2])).toThrow('row 0: expected an object, got [ 1, 2 ]');
    const whole = TabularList.fromDf(training.dropNulls(), {
      contNames: ['distance'],
      procs: [FillMissing],
    });
    using lists = whole.splitNone().labelFromDf('y', { labelCls: FloatList });
    expect(() => lists.train.x.inputsOf([{ distance: null }])).toThrow(
      "column 'distance', row 0: expected a number, got a missing value, of which the training",
    );
  });
});

describe('showBatch', () => {
  it('shows categories, normalised numbers and targets', async () => {
    using data = trained({
      catNames: ['text', 'flag'],
      contNames: ['distance'],
      procs: [FillMissing, Categorify, Normalize],
    });
    const table = await data.showBatch({ rows: 3, dsType: 'fix' });
    expect(table.columns.map(({ name }) => name)).toEqual([
      'text',
      'flag',
      'distance_na',
      'distance',
      'target',
    ]);
    expect(table.rows.slice(0, 1)).toEqual([['9', 'true', 'false', '-1.4638', '1']]);
    expect(table.rows.length).toBe(2);
    expect(table.toString().split('\n')[0]).toBe('text  flag   distance_na  distance  target');
    expect(table.toHtml()).toContain('<tr><td>10</td><td>false</td>');
  });
});
