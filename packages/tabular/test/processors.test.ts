import { fileURLToPath } from 'node:url';
import { Categorify, DataError, FillMissing, Normalize } from '@flambeau/tabular';
import fc from 'fast-check';
import pl, { type DataFrame } from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import {
  type Cell,
  type Columns,
  callPandas,
  columnsOf,
  expectSameColumns,
} from '../../../test/oracle/pandas.js';

const module = { folder: fileURLToPath(new URL('python', import.meta.url)), name: 'tabular' };
const someRuns = { numRuns: 15 };
const types = { number: pl.Float64, integer: pl.Int64, text: pl.Utf8, flag: pl.Bool } as const;
type Type = keyof typeof types;

const cells: Record<Type, fc.Arbitrary<Cell>> = {
  number: fc
    .double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 })
    .map((value) => value + 0),
  integer: fc.integer({ min: -20, max: 20 }),
  text: fc.constantFrom('9', '10', 'Ab', 'B', 'a', 'é', '\u{1f600}', ' '),
  flag: fc.boolean(),
};

/** Two values at least, all of one type, some missing. */
const column = (type: Type, holes = 5) =>
  fc
    .array(holes === 0 ? cells[type] : fc.option(cells[type], { freq: holes }), {
      minLength: 12,
      maxLength: 12,
    })
    .filter((values) => new Set(values.filter((value) => value !== null)).size > 1);

const frameOf = (columns: Columns, typeOf: (name: string) => Type): DataFrame =>
  pl.DataFrame(
    Object.entries(columns).map(([name, values]) =>
      pl.Series(name, [...values], types[typeOf(name)]),
    ),
  );

describeWithOracle('processors beside pandas', (oracle) => {
  it('number categories', () => {
    const names: Type[] = ['integer', 'text', 'flag', 'number'];
    const part = fc.record(Object.fromEntries(names.map((name) => [name, column(name)])));
    return fc.assert(
      fc.asyncProperty(part, part, async (train, test) => {
        const categorify = new Categorify(names);
        const frames = [train, test].map((it) => frameOf(it, (name) => name as Type));
        const processed = frames.map((frame, place) =>
          categorify.call(frame, { test: place === 1 }),
        );
        const expected = await callPandas<
          Record<string, { categories: Cell[]; codes: number[][] }>
        >(oracle, module, 'categorify', train, test, names);
        for (const name of names) {
          const found = categorify.categories.get(name);
          expect(found?.values).toEqual(expected[name]?.categories);
          const codes = processed.map((frame) => [
            ...(found?.codesOf(frame.getColumn(name)) ?? []),
          ]);
          expect(codes, name).toEqual(expected[name]?.codes);
        }
      }),
      someRuns,
    );
  });

  it.each(['median', 'common', 'constant'] as const)('fill missing values: %s', (fillStrategy) => {
    const part = fc.record({
      a: column('number'),
      b: column('integer'),
      whole: column('integer', 0),
    });
    const hasHoles = ({ a, b }: Columns) => [a, b].every((values) => values?.includes(null));
    return fc.assert(
      fc.asyncProperty(part.filter(hasHoles), part, async (train, test) => {
        const names = ['a', 'b', 'whole'];
        const fill = new FillMissing([], names, { fillStrategy, fillVal: -7 });
        const typeOf = (name: string) => (name === 'a' ? 'number' : 'integer');
        const found = [train, test].map((columns, place) =>
          columnsOf(fill.call(frameOf(columns, typeOf), { test: place === 1 })),
        );
        const expected = await callPandas<Columns[]>(
          oracle,
          module,
          'fill_missing',
          train,
          test,
          names,
          fillStrategy,
          -7,
        );
        for (const place of [0, 1]) {
          expectSameColumns(found[place] as Columns, expected[place] as Columns);
        }
      }),
      someRuns,
    );
  });

  it.each([0, 1] as const)('normalise with ddof %s', (ddof) => {
    const part = fc.record({ a: column('number'), b: column('integer') });
    return fc.assert(
      fc.asyncProperty(part, part, async (train, test) => {
        const names = ['a', 'b'];
        const normalize = new Normalize([], names, { ddof });
        const typeOf = (name: string) => (name === 'a' ? 'number' : 'integer');
        const found = [train, test].map((columns, place) =>
          columnsOf(normalize.call(frameOf(columns, typeOf), { test: place === 1 })),
        );
        const expected = await callPandas<Columns[]>(
          oracle,
          module,
          'normalize',
          train,
          test,
          names,
          ddof,
        );
        for (const place of [0, 1]) {
          expectSameColumns(found[place] as Columns, expected[place] as Columns);
        }
      }),
      someRuns,
    );
  });
});

describe('Categorify', () => {
  const train = pl.DataFrame({
    Store: [268, 606, 986, 525, 123, 268],
    PI: [null, 'b,c', 'Feb', null, 'b,c', 'Jan'],
    B: [true, false, true, true, false, false],
  });
  const test = pl.DataFrame({
    Store: [829, 606, 123],
    PI: ['zz', 'Feb', null],
    B: [true, true, false],
  });
  const codes = (categorify: Categorify, frame: DataFrame, name: string) => [
    ...(categorify.categories.get(name)?.codesOf(frame.getColumn(name)) ?? []),
  ];

  it('follows the reference', () => {
    const categorify = new Categorify(['Store', 'PI', 'B']);
    categorify.call(train);
    expect(categorify.categories.get('Store')?.values).toEqual([123, 268, 525, 606, 986]);
    expect(categorify.categories.get('PI')?.values).toEqual(['Feb', 'Jan', 'b,c']);
    expect(categorify.categories.get('B')?.values).toEqual([false, true]);
    expect(codes(categorify, train, 'Store')).toEqual([1, 3, 4, 2, 0, 1]);
    expect(codes(categorify, train, 'PI')).toEqual([-1, 2, 0, -1, 2, 1]);
    expect(codes(categorify, train, 'B')).toEqual([1, 0, 1, 1, 0, 0]);
    expect(codes(categorify, test, 'Store')).toEqual([-1, 3, 0]);
    expect(codes(categorify, test, 'PI')).toEqual([-1, 0, -1]);
    const restricted = categorify.call(test, { test: true });
    expect(restricted.getColumn('Store').toArray()).toEqual([null, 606, 123]);
    expect(restricted.columns).toEqual(['Store', 'PI', 'B']);
  });

  it('takes categories in a declared order, unused ones too', () => {
    const sizes = pl.DataFrame({ size: ['L', 'S', 'L'] });
    const categorify = new Categorify(['size'], [], { categories: { size: ['S', 'M', 'L'] } });
    categorify.call(sizes);
    expect(codes(categorify, sizes, 'size')).toEqual([2, 0, 2]);
    const twice = new Categorify(['size'], [], { categories: { size: ['S', 'S'] } });
    expect(() => twice.call(sizes)).toThrow("the categories of 'size' must be different values");
  });

  it.each([32_766, 32_767, 32_768, 40_000])('numbers %d categories', (count) => {
    const places = Array.from({ length: count }, (_, place) => place);
    const frame = pl.DataFrame([
      pl.Series('low', places, pl.Int64),
      pl.Series(
        'below',
        places.map((place) => place - count),
        pl.Int32,
      ),
      pl.Series(
        'text',
        places.map((place) => String(place).padStart(5, '0')),
      ),
    ]);
    const categorify = new Categorify(frame.columns);
    categorify.call(frame);
    for (const name of frame.columns) expect(codes(categorify, frame, name)).toEqual(places);
    const later = pl.DataFrame([
      pl.Series('low', [count, 3, 2 ** 40, -1, null], pl.Int64),
      pl.Series('below', [-count, 0, 70_000, -70_000, -1], pl.Int32),
      pl.Series('text', ['00001', 'x', null, '', '00000']),
    ]);
    expect(codes(categorify, later, 'low')).toEqual([-1, 3, -1, -1, -1]);
    expect(codes(categorify, later, 'below')).toEqual([0, -1, -1, -1, count - 1]);
    expect(codes(categorify, later, 'text')).toEqual([1, -1, -1, -1, 0]);
  });

  it('goes on from an exported state', () => {
    const frame = train.hstack([
      pl.Series('x', [0.1, 1 / 3, 0.1, 2, 2, 5]),
      pl.Series(
        'when',
        [1, 2, 3, 1, 2, 3].map((day) => new Date(day * 86_400_000)),
        pl.Datetime('ms'),
      ),
    ]) as unknown as DataFrame;
    const names = ['Store', 'PI', 'B', 'x', 'when'];
    const categorify = new Categorify(names);
    categorify.call(frame);
    const copy = new Categorify(names);
    copy.loadState(JSON.parse(JSON.stringify(categorify.exportState())));
    for (const name of names) {
      expect(codes(copy, frame, name)).toEqual(codes(categorify, frame, name));
      expect(codes(copy, frame, name)).toContain(1);
    }
  });

  it('says what is wrong', () => {
    const frame = pl.DataFrame([
      pl.Series('none', [null, null], pl.Utf8),
      pl.Series('one', ['a', null], pl.Utf8),
    ]);
    expect(() => new Categorify(['none']).call(frame)).toThrow(
      "column 'none' has missing values only",
    );
    expect(() => new Categorify(['one']).call(frame)).toThrow(
      "column 'one' has one category only, a",
    );
    new Categorify(['one'], [], { allowConstant: true }).call(frame);
    expect(() => new Categorify(['two']).call(frame)).toThrow("there is no column 'two'");
    expect(() => new Categorify(['one', 'one'])).toThrow("the variable 'one' is named twice");
    const stores = new Categorify(['Store']);
    stores.call(train);
    const texts = pl.DataFrame({ Store: ['268'] });
    expect(() => stores.call(texts, { test: true })).toThrow(
      "column 'Store' must be Float64 as in training, got String",
    );
    expect(() => stores.call(texts.head(0))).toThrow('Categorify got a frame without rows');
  });
});

describe('FillMissing and Normalize', () => {
  const train = pl.DataFrame({
    CD: [4520, null, 620, 1870, 16760, 2260],
    H: [67, 61, 61, 55, 50, 70],
  });
  const test = pl.DataFrame([
    pl.Series('CD', [null, 100, 50], pl.Float64),
    pl.Series('H', [10, 10, 10], pl.Float64),
  ]);

  it('follow the reference', () => {
    const fill = new FillMissing(['Store'], ['CD', 'H']);
    const filled = fill.call(train);
    expect(fill.catNames).toEqual(['Store', 'CD_na']);
    expect(fill.fills).toEqual(new Map([['CD', 2260]]));
    expect(filled.getColumn('CD_na').toArray()).toEqual([false, true, false, false, false, false]);
    const filledTest = fill.call(test, { test: true });
    expect(columnsOf(filledTest)).toMatchObject({
      CD: [2260, 100, 50],
      CD_na: [true, false, false],
    });
    const normalize = new Normalize([], ['CD', 'H']);
    const normalized = normalize.call(filled);
    expect(normalize.moments.get('CD')?.mean).toBeCloseTo(4715, 9);
    expect(normalize.moments.get('CD')?.std).toBeCloseTo(6033.856975, 6);
    expect(normalize.moments.get('H')?.mean).toBeCloseTo(60.6666667, 6);
    expect(normalize.moments.get('H')?.std).toBeCloseTo(7.393691, 6);
    expect(normalized.getColumn('CD').get(0)).toBeCloseTo(-0.032318, 6);
    expect(normalized.getColumn('H').get(0)).toBeCloseTo(0.856586, 6);
    const normalizedTest = normalize.call(filledTest, { test: true });
    expect(normalizedTest.getColumn('CD').get(0)).toBeCloseTo(-0.406871, 6);
    expect(normalizedTest.getColumn('H').get(0)).toBeCloseTo(-6.852689, 6);
  });

  it('fill by the first of the most frequent values, or a constant, without flags', () => {
    const fills = (options: object) => {
      const fill = new FillMissing([], ['CD'], options);
      expect(fill.call(train).columns.includes('CD_na')).toBe(!('addCol' in options));
      return fill.fills.get('CD');
    };
    expect(fills({ fillStrategy: 'common' })).toBe(4520);
    expect(fills({ fillStrategy: 'constant', fillVal: -1 })).toBe(-1);
    expect(fills({ fillStrategy: 'constant', fillVal: { CD: 3 }, addCol: false })).toBe(3);
  });

  it('go on from an exported state', () => {
    for (const [proc, copy] of [
      [new FillMissing([], ['CD']), new FillMissing([], ['CD'])],
      [new Normalize([], ['CD']), new Normalize([], ['CD'])],
    ] as const) {
      proc.call(train);
      copy.loadState(JSON.parse(JSON.stringify(proc.exportState())));
      expect(columnsOf(copy.call(test, { test: true }))).toEqual(
        columnsOf(proc.call(test, { test: true })),
      );
    }
  });

  it('make nothing of a constant column', () => {
    const frame = pl.DataFrame({ c: [3, 3, 3] });
    expect(new Normalize([], ['c']).call(frame).getColumn('c').toArray()).toEqual([0, 0, 0]);
  });

  it('say what is wrong', () => {
    const fill = new FillMissing([], ['H']);
    fill.call(train);
    const holes = pl.DataFrame([pl.Series('H', [1, Number.NaN, null], pl.Float64)]);
    expect(() => fill.call(holes, { test: true })).toThrow(
      "column 'H', row 1: expected a number, got a missing value",
    );
    expect(() => fill.call(holes, { test: true })).toThrow(DataError);
    const empty = pl.DataFrame([pl.Series('H', [null, null], pl.Float64)]);
    expect(() => fill.call(empty)).toThrow("column 'H' has missing values only");
    const text = pl.DataFrame({ H: ['a', 'b'] });
    expect(() => fill.call(text)).toThrow(
      "column 'H', row 0: expected a number, got 'a'; does it belong",
    );
    expect(() => new Normalize([], ['H']).call(text)).toThrow("column 'H', row 0");
    expect(() => new Normalize([], ['H']).call(train.head(1))).toThrow(
      "column 'H' has 1 values in training: expected at least 2",
    );
    const flagged = train.withColumns(pl.lit(true).alias('CD_na'));
    expect(() => new FillMissing([], ['CD']).call(flagged)).toThrow(
      "there is a column 'CD_na' already",
    );
    expect(() => new FillMissing([], ['H'], { fillStrategy: 'mean' as 'median' })).toThrow(
      "fillStrategy must be one of median, common, constant, got 'mean'",
    );
  });
});
