import { fromArrow, readTable } from '@flambeau/tabular';
import * as arrow from 'apache-arrow';
import fc from 'fast-check';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';

const whole = (bits: number, signed: boolean) =>
  signed
    ? fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n })
    : fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const small = (bits: number, signed: boolean) => whole(bits, signed).map(Number);
const day = fc.integer({ min: -70_000, max: 70_000 }).map((days) => new Date(days * 86_400_000));
const moment = fc
  .integer({ min: -2_208_988_800_000, max: 4_102_444_800_000 })
  .map((ms) => new Date(ms));

/** Arrow's type, values of it, and the type of the frame's column. */
const kinds: readonly (readonly [
  type: arrow.DataType,
  values: fc.Arbitrary<unknown>,
  dtype: pl.DataType,
])[] = [
  [new arrow.Bool(), fc.boolean(), pl.Bool],
  [new arrow.Int8(), small(8, true), pl.Int8],
  [new arrow.Int16(), small(16, true), pl.Int16],
  [new arrow.Int32(), small(32, true), pl.Int32],
  [new arrow.Int64(), whole(64, true), pl.Int64],
  [new arrow.Uint8(), small(8, false), pl.UInt8],
  [new arrow.Uint16(), small(16, false), pl.UInt16],
  [new arrow.Uint32(), small(32, false), pl.UInt32],
  [new arrow.Uint64(), whole(64, false), pl.UInt64],
  [new arrow.Float16(), fc.integer({ min: -1024, max: 1024 }), pl.Float32],
  [new arrow.Float32(), fc.float({ noNaN: true }), pl.Float32],
  [new arrow.Float64(), fc.double({ noNaN: true }), pl.Float64],
  [new arrow.Utf8(), fc.string({ unit: 'grapheme' }), pl.Utf8],
  [new arrow.LargeUtf8(), fc.string({ unit: 'grapheme' }), pl.Utf8],
  [new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()), fc.string(), pl.Utf8],
  [new arrow.DateDay(), day, pl.Date],
  [new arrow.DateMillisecond(), day, pl.Datetime('ms')],
  [new arrow.TimestampSecond(), day, pl.Datetime('ms')],
  [new arrow.TimestampMillisecond(), moment, pl.Datetime('ms')],
  [new arrow.TimestampMicrosecond(), moment, pl.Datetime('ms')],
  [new arrow.TimestampNanosecond('Europe/Berlin'), day, pl.Datetime('ms')],
];

describe('a table of Arrow', () => {
  it.each(kinds)('has its values as a column of %s', (type, values, dtype) => {
    const column = fc.array(fc.option(values), { maxLength: 20 });
    fc.assert(
      fc.property(column, column, fc.nat(5), (first, second, cut) => {
        const tables = [first, second].map(
          (part) => new arrow.Table({ x: arrow.vectorFromArray(part, type) }),
        ) as [arrow.Table, arrow.Table];
        const table = tables[0].concat(tables[1]).slice(cut);
        const found = fromArrow(table).getColumn('x');
        const given = [...first, ...second].slice(cut);
        expect(found.dtype.variant).toBe(pl.Series('x', [], dtype).dtype.variant);
        expect(textsOf(found)).toEqual(textsOf(columnOf(given, dtype)));
      }),
      { numRuns: 40 },
    );
  });

  it('has times down to the millisecond before', () => {
    const type = new arrow.TimestampMicrosecond();
    const data = BigInt64Array.of(-1n, 1999n, -86_400_000_001n);
    const table = new arrow.Table({ x: arrow.makeVector(arrow.makeData({ type, data })) });
    const times = fromArrow(table).getColumn('x').toArray() as unknown as Date[];
    expect(times.map(Number)).toEqual([-1, 1, -86_400_001]);
  });

  it('is read as other tables are', () => {
    const table = arrow.tableFromArrays({ a: Int32Array.of(1, 2), b: ['x', 'y'] });
    expect(readTable(table).toRecords()).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });

  it('must have columns of numbers, texts, booleans, dates and times, each name once', () => {
    const lists = new arrow.Table({ x: arrow.vectorFromArray([[1], [2]]) });
    expect(() => readTable(lists)).toThrow(
      "column 'x' of the Arrow table: expected numbers, texts",
    );
    const field = arrow.Field.new('x', new arrow.Bool());
    const twice = new arrow.Table(new arrow.Schema([field, field]));
    expect(() => readTable(twice)).toThrow("the Arrow table has the column 'x' twice");
  });
});

function columnOf(values: readonly unknown[], dtype: pl.DataType): pl.Series {
  if (!/Int/.test(dtype.variant)) return pl.Series('x', [...values], dtype);
  return pl.Series('x', values.map(textOf), pl.Utf8).cast(dtype);
}

const textOf = (value: unknown) => (value === null ? null : String(value));

const textsOf = (column: pl.Series) => (column.cast(pl.Utf8).toArray() as unknown[]).map(textOf);
