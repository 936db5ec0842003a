import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type DataType } from 'nodejs-polars';

/** What a table of the package apache-arrow has. */
export interface ArrowTable {
  readonly numRows: number;
  readonly schema: {
    readonly fields: readonly { readonly name: string; readonly type: unknown }[];
  };
  getChild(name: string): Iterable<unknown> | null;
}

export function isArrowTable(value: object): value is ArrowTable {
  return 'numRows' in value && 'schema' in value && 'getChild' in value;
}

/**
 * A table of Apache Arrow as a frame; dictionaries become texts.
 * @throws DataError for the same column twice, and for a column of another type than numbers, texts,
 * booleans, dates and times
 */
export function fromArrow(table: ArrowTable): DataFrame {
  const names = table.schema.fields.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) < place);
  if (twice !== undefined) throw new DataError(`the Arrow table has the column '${twice}' twice`);
  return pl.DataFrame(
    table.schema.fields.map(({ name, type }) => {
      const dtype = typeOf(name, String(type));
      const isTime = ['Date', 'Datetime'].includes(dtype.variant);
      const values = [...(table.getChild(name) as Iterable<unknown>)].map((value) => {
        if (typeof value === 'bigint') return Number(value);
        return isTime && typeof value === 'number' ? new Date(value) : (value ?? null);
      });
      return pl.Series(name, values, dtype);
    }),
  );
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
