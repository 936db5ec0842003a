import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type DataType, type Series } from 'nodejs-polars';

/** What a table of the package apache-arrow has. */
export interface ArrowTable {
  readonly numRows: number;
  readonly schema: {
    readonly fields: readonly { readonly name: string; readonly type: unknown }[];
  };
  getChild(name: string): ArrowColumn | null;
}

export interface ArrowColumn extends Iterable<unknown> {
  readonly nullCount: number;
  /** All values beside one another, as they lie in memory. */
  toArray(): unknown;
}

export function isArrowTable(value: object): value is ArrowTable {
  return 'numRows' in value && 'schema' in value && 'getChild' in value;
}

/**
 * A table of Apache Arrow as a frame; dictionaries become texts, times are rounded down
 * to milliseconds.
 * @throws DataError for the same column twice, and for a column of another type than numbers, texts,
 * booleans, dates and times
 */
export function fromArrow(table: ArrowTable): DataFrame {
  const names = table.schema.fields.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) throw new DataError(`the Arrow table has the column '${twice}' twice`);
  return pl.DataFrame(
    table.schema.fields.map(({ name, type }) =>
      seriesOf(name, table.getChild(name) as ArrowColumn, String(type)),
    ),
  );
}

function seriesOf(name: string, column: ArrowColumn, type: string): Series {
  const dtype = typeOf(name, type);
  const isWhole = /^U?[Ii]nt/.test(type);
  if (column.nullCount === 0 && (isWhole || /^Float(32|64)$/.test(type))) {
    return pl.Series(name, column.toArray() as ArrayLike<number>);
  }
  if (isWhole) {
    // By way of text, since Polars takes no list of bigints and nulls.
    const texts = Array.from(column, (value) => (value === null ? null : String(value)));
    return pl.Series(name, texts, pl.Utf8).cast(dtype);
  }
  const isTime = ['Date', 'Datetime'].includes(dtype.variant);
  const values = Array.from(column, (value) =>
    isTime && typeof value === 'number' ? new Date(Math.floor(value)) : value,
  );
  return pl.Series(name, values, dtype);
}

const types: readonly (readonly [pattern: RegExp, dtype: DataType])[] = [
  [/^Bool$/, pl.Bool],
  [/^(Large)?Utf8$|^Dictionary<.*Utf8>$/, pl.Utf8],
  [/^Int8$/, pl.Int8],
  [/^Int16$/, pl.Int16],
  [/^Int32$/, pl.Int32],
  [/^Int64$/, pl.Int64],
  [/^Uint8$/, pl.UInt8],
  [/^Uint16$/, pl.UInt16],
  [/^Uint32$/, pl.UInt32],
  [/^Uint64$/, pl.UInt64],
  [/^Float(16|32)$/, pl.Float32],
  [/^Float64$/, pl.Float64],
  [/^Date32<DAY>$/, pl.Date],
  [/^Date64|^Timestamp/, pl.Datetime('ms')],
];

function typeOf(name: string, type: string): DataType {
  const found = types.find(([pattern]) => pattern.test(type));
  if (found !== undefined) return found[1];
  throw new DataError(
    `column '${name}' of the Arrow table: expected numbers, texts, booleans, dates or times, got ${type}`,
  );
}
