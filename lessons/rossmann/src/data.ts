import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DataError } from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';
import type { SourceTables } from './clean/index.js';
import { sourceNames, type TableName, tableSchema } from './schema.js';

/**
 * The folder that holds the tables: `folder` itself or its `rossmann` subfolder.
 *
 * @throws DataError when there is no such folder.
 */
export function locateTables(folder: string): string {
  const inner = join(folder, 'rossmann');
  for (const candidate of [inner, folder]) {
    if (existsSync(candidate) && statSync(candidate).isDirectory()) return candidate;
  }
  throw new DataError(`the data folder ${folder} does not exist or is not a folder`);
}

/**
 * Reads the lesson's tables from `folder`, each as NAME.csv or NAME.csv.gz.
 *
 * @throws DataError for a missing file or column, an empty table, or a value of the wrong type.
 */
export function readTables(folder: string): SourceTables {
  const entries = sourceNames.map((name) => [name, readTable(folder, name)]);
  return Object.fromEntries(entries) as SourceTables;
}

/** One table with its columns typed; an empty field, quoted or not, is missing. */
export function readTable(folder: string, name: TableName): DataFrame {
  const path = findFile(folder, name);
  const bytes = readFileSync(path);
  const schema = tableSchema(name);
  const frame = parse(path, path.endsWith('.gz') ? gunzipSync(bytes) : bytes, schema);
  const missing = Object.keys(schema).filter((column) => !frame.columns.includes(column));
  if (missing.length > 0) {
    throw new DataError(
      `${path} has no column ${missing.join(', ')}; its columns are ${frame.columns.join(', ')}`,
    );
  }
  if (frame.height === 0) throw new DataError(`${path} has a header but no rows`);
  return frame.select(...Object.keys(schema));
}

function findFile(folder: string, name: TableName): string {
  const plain = join(folder, `${name}.csv`);
  const packed = `${plain}.gz`;
  if (existsSync(plain)) return plain;
  if (existsSync(packed)) return packed;
  throw new DataError(`the data folder ${folder} has no file ${name}.csv or ${name}.csv.gz`);
}

function parse(path: string, bytes: Buffer, dtypes: Record<string, pl.DataType>): DataFrame {
  try {
    return pl.readCSV(bytes, { dtypes, nullValues: [''], ignoreErrors: false });
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split('\n');
    throw new DataError(`${path} cannot be read as a table: ${reason}`, { cause: error });
  }
}
