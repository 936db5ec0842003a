import { readFileSync } from 'node:fs';
import { DataError } from '@flambeau/core';
import { parse } from 'csv-parse/sync';

export interface CsvTableOptions {
  /** What stands between cells. Default ','. */
  readonly delimiter?: string;
}

/**
 * The columns of a CSV file whose first line names them. A column in which all cells are numbers is
 * one of numbers.
 * @throws DataError for a file that cannot be read, and for rows of different lengths
 */
export function readCsvTable(
  path: string,
  { delimiter = ',' }: CsvTableOptions = {},
): Readonly<Record<string, readonly unknown[]>> {
  const rows = parsed(path, delimiter);
  const [names = [], ...cells] = rows;
  return Object.fromEntries(
    names.map((name, place) => [name, typed(cells.map((row) => row[place] as string))]),
  );
}

function parsed(path: string, delimiter: string): string[][] {
  try {
    return parse(readFileSync(path), { bom: true, delimiter, skip_empty_lines: true });
  } catch (error) {
    throw new DataError(`'${path}' cannot be read as CSV: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function typed(cells: readonly string[]): readonly unknown[] {
  const areNumbers = cells.every((cell) => cell.trim() !== '' && Number.isFinite(Number(cell)));
  return areNumbers ? cells.map(Number) : cells;
}
