import { inspect } from 'node:util';
import { DataError } from '@flambeau/core';
import type { DataType } from 'nodejs-polars';
import { kindOf, type ValueKind } from '../dtypes.js';

/** A row of a table as a plain object: values by column; null where one is not known. */
export type TabularRow = Readonly<Record<string, unknown>>;

/** Some rows by column: numbers, texts, booleans, Dates, and null for what is missing. */
export type RowColumns = Map<string, unknown[]>;

/** A column that rows must have. */
export interface RowColumn {
  readonly name: string;
  readonly dtype: DataType;
  /** Whether it is taken as a number, which a boolean is too. */
  readonly isContinuous: boolean;
}

/**
 * The columns of some rows. Others that the rows have are left out.
 * @throws DataError for a row without a column, and for a value of another type
 */
export function columnsOfRows(
  rows: readonly TabularRow[],
  columns: readonly RowColumn[],
): RowColumns {
  for (const [place, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new DataError(`row ${place}: expected an object, got ${inspect(row, { depth: 0 })}`);
    }
  }
  return new Map(columns.map((column) => [column.name, valuesOf(rows, column)]));
}

function valuesOf(rows: readonly TabularRow[], column: RowColumn): unknown[] {
  const { name, dtype, isContinuous } = column;
  const read = isContinuous ? readNumber : readers[kindOf(dtype)];
  const isSingle = dtype.variant === 'Float32';
  const values: unknown[] = new Array(rows.length);
  for (let place = 0; place < rows.length; place++) {
    const given = (rows[place] as TabularRow)[name];
    if (given === null || Number.isNaN(given)) {
      values[place] = null;
      continue;
    }
    const value = read(given);
    if (value === undefined) throw cellError(column, place, rows[place] as TabularRow);
    values[place] = isSingle ? Math.fround(value as number) : value;
  }
  return values;
}

/** A value as it is taken; undefined for one of another type. */
type Reader = (value: unknown) => unknown;

const readNumber: Reader = (value) => {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : undefined;
};

const readers: Readonly<Record<ValueKind, Reader>> = {
  number: (value) => (typeof value === 'boolean' ? undefined : readNumber(value)),
  text: (value) => (typeof value === 'string' ? value : undefined),
  flag: (value) => (typeof value === 'boolean' ? value : undefined),
  date: (value) => (value instanceof Date && !Number.isNaN(value.getTime()) ? value : undefined),
  other: () => undefined,
};

const expected: Readonly<Record<ValueKind, string>> = {
  number: 'a number, or null where it is not known',
  text: 'a text, or null where it is not known',
  flag: 'true or false, or null where it is not known',
  date: 'a Date, or null where it is not known',
  other: 'null, since only frames have values of its type',
};

function cellError(column: RowColumn, row: number, cells: TabularRow): DataError {
  const { name, dtype, isContinuous } = column;
  const wanted = expected[isContinuous ? 'number' : kindOf(dtype)];
  const value = cells[name];
  const got = value === undefined ? 'none' : inspect(value, { depth: 0 });
  return new DataError(`column '${name}', row ${row}: expected ${wanted}, got ${got}`);
}
