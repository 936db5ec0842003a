import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type DataType, type Series } from 'nodejs-polars';

type Types = Readonly<Record<string, DataType>>;

/** By so many rows a reader first guesses the types of columns. */
export const firstRows = 1000;

/**
 * What `read` gives, with types that all rows have: columns of which later rows are of another type
 * than the first ones are read as text, and then are numbers or stay.
 *
 * @param read with types of some columns; fails for a value that is not of its column's type
 * @param given types, which are not changed
 * @throws DataError for a value that is not of the given type
 */
export function readTyped(
  path: string,
  given: Types,
  read: (types: Types) => DataFrame,
): DataFrame {
  let types = given;
  for (;;) {
    try {
      return retyped(read(types), given, types);
    } catch (error) {
      const name = failedColumn(error);
      if (name === undefined || name in types) throw error;
      types = { ...types, [name]: pl.Utf8 };
    }
  }

  function failedColumn(error: unknown): string | undefined {
    const name = /at column '([\s\S]+)' \(column number/.exec(String(error))?.[1];
    const type = name === undefined ? undefined : given[name];
    if (name !== undefined && type !== undefined) throw wrongValue(name, type);
    return name;
  }

  function wrongValue(name: string, type: DataType): Error {
    const texts = read({ ...given, [name]: pl.Utf8 }).getColumn(name);
    const cast = texts.cast(type).isNull().toArray();
    const row = cast.findIndex((isNull, at) => isNull && texts.get(at) !== null);
    return new DataError(
      `${path}, column '${name}', row ${row}: expected ${type.variant}, got '${texts.get(row)}'`,
    );
  }
}

function retyped(frame: DataFrame, given: Types, types: Types): DataFrame {
  const changed = frame
    .getColumns()
    .filter((column) => !(column.name in given) && (column.name in types || isLate(column)))
    .map(asNumbers);
  return changed.length === 0 ? frame : frame.withColumns(...changed);
}

/** Whether the first rows have no values, which makes a column text. */
function isLate(column: Series): boolean {
  return column.length > firstRows && column.head(firstRows).nullCount() === firstRows;
}

/** The texts as numbers where all are. */
function asNumbers(texts: Series): Series {
  for (const type of [pl.Int64, pl.Float64]) {
    const numbers = texts.cast(type);
    if (numbers.nullCount() === texts.nullCount()) return numbers;
  }
  return texts;
}
