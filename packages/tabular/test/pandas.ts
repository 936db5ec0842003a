import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import type { Oracle } from '../../../test/oracle/oracle.js';

const folder = fileURLToPath(new URL('python', import.meta.url));

export type Cell = string | number | boolean | null;
/** Columns by name, in order. */
export type Columns = Readonly<Record<string, readonly Cell[]>>;

/** What a Polars frame or series of columns has `toObject` for: its columns with plain cells. */
interface Frame {
  readonly columns: string[];
  getColumn(name: string): { toArray(): unknown[] };
}

/** The columns of a frame, with bigints as numbers and NaN as null, as pandas' JSON has them. */
export function columnsOf(frame: Frame): Columns {
  return Object.fromEntries(
    frame.columns.map((name) => [name, frame.getColumn(name).toArray().map(plainCell)]),
  );
}

function plainCell(value: unknown): Cell {
  if (value === undefined || (typeof value === 'number' && Number.isNaN(value))) return null;
  return typeof value === 'bigint' ? Number(value) : (value as Cell);
}

/** Calls a function of test/python/tabular.py with JSON arguments. */
export async function callPandas<Result>(
  oracle: Oracle,
  name: string,
  ...args: readonly unknown[]
): Promise<Result> {
  const { result } = await oracle.evaluate(
    `
import json, sys
if python not in sys.path: sys.path.insert(0, python)
import tabular
result = json.dumps(getattr(tabular, name)(*json.loads(arguments)))
`,
    { python: folder, name, arguments: JSON.stringify(args) },
  );
  return JSON.parse(result as string) as Result;
}

/** Expects the same columns in the same order, numbers up to rounding. */
export function expectSameColumns(found: Columns, expected: Columns): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, cells] of Object.entries(expected)) {
    const ours = found[name] as readonly Cell[];
    expect(ours.length, `rows of ${name}`).toBe(cells.length);
    const wrong = cells.findIndex((cell, row) => !sameCell(ours[row] as Cell, cell));
    expect(
      wrong,
      `column ${name}, row ${wrong}: expected ${cells[wrong]}, got ${ours[wrong]}`,
    ).toBe(-1);
  }
}

function sameCell(found: Cell, expected: Cell): boolean {
  if (typeof found !== 'number' || typeof expected !== 'number') return found === expected;
  return Math.abs(found - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}
