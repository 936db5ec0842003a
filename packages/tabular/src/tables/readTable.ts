import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { inspect } from 'node:util';
import { DataError } from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';
import type { TabularRow } from '../rows/rowColumns.js';
import { type ArrowTable, fromArrow, isArrowTable } from './arrow.js';
import { type CsvOptions, readCsv } from './csv.js';

/**
 * A table: a frame, rows as plain objects, a table of Apache Arrow, the bytes of an IPC stream or
 * file of Arrow, or the path of a file.
 */
export type TableSource = DataFrame | readonly TabularRow[] | ArrowTable | Uint8Array | string;

/**
 * A table as a frame. Files are known by their ending: .csv, .csv.gz, .tsv, .parquet, and of Arrow .arrow,
 * .feather, .ipc and .arrows.
 * @param options for CSV
 * @throws DataError for a table without rows, and for what is none
 */
export function readTable(source: TableSource, options: CsvOptions = {}): DataFrame {
  const frame = toFrame(source, options);
  const what = typeof source === 'string' ? source : 'the table';
  if (frame.height === 0) throw new DataError(`${what} has no rows`);
  return frame;
}

function toFrame(source: TableSource, options: CsvOptions): DataFrame {
  if (typeof source === 'string') return readFile(source, options);
  if (source instanceof Uint8Array) return fromIpc(Buffer.from(source));
  if (Array.isArray(source)) return fromRecords(source);
  if (pl.DataFrame.isDataFrame(source)) return source;
  if (typeof source === 'object' && source !== null && isArrowTable(source)) {
    return fromArrow(source);
  }
  const found = inspect(source, { depth: 0 });
  throw new DataError(`expected a table, rows, bytes or a path, got ${found}`);
}

function readFile(path: string, options: CsvOptions): DataFrame {
  const ending = extname(path.replace(/\.csv\.gz$/i, '.csv')).toLowerCase();
  const reader = readers[ending];
  if (reader !== undefined) return reader(path, options);
  const known = Object.keys(readers).join(', ');
  throw new DataError(`a table is read from files with ${known}; got '${path}'`);
}

const readArrow = (path: string) => fromIpc(readFileSync(path));
const readers: Readonly<Record<string, (path: string, options: CsvOptions) => DataFrame>> = {
  '.csv': readCsv,
  '.tsv': (path, options) => readCsv(path, { sep: '\t', ...options }),
  '.parquet': (path) => pl.readParquet(readFileSync(path)),
  '.arrow': readArrow,
  '.arrows': readArrow,
  '.feather': readArrow,
  '.ipc': readArrow,
};

/** Files of Arrow begin with its name, streams do not. */
function fromIpc(bytes: Buffer): DataFrame {
  const isFile = bytes.subarray(0, 6).toString('latin1') === 'ARROW1';
  return isFile ? pl.readIPC(bytes) : pl.readIPCStream(bytes);
}

/** All rows decide on the types; numbers that are all whole are integers, since JavaScript has none. */
function fromRecords(rows: readonly TabularRow[]): DataFrame {
  if (rows.length === 0) return pl.DataFrame({});
  const frame = pl.readRecords([...rows], { inferSchemaLength: rows.length });
  const whole = frame.getColumns().filter((column) => {
    const values = column.isFloat() ? (column.toArray() as (number | null)[]) : [0.5];
    return values.every((value) => value === null || Number.isSafeInteger(value));
  });
  return whole.length === 0 ? frame : frame.withColumns(...whole.map((it) => it.cast(pl.Int64)));
}
