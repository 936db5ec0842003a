import { expect } from 'vitest';
import type { Oracle } from './oracle.js';

export type Cell = string | number | boolean | null;
/** Columns by name, in order. */
export type Columns = Readonly<Record<string, readonly Cell[]>>;

/** What is asked of a Polars frame. */
interface Frame {
  readonly columns: string[];
  getColumn(name: string): { toArray(): unknown[] };
}

/** The columns of a frame, with bigints as numbers, dates as ISO texts and NaN as null. */
export function columnsOf(frame: Frame): Columns {
  return Object.fromEntries(
    frame.columns.map((name) => [name, frame.getColumn(name).toArray().map(plainCell)]),
  );
}

function plainCell(value: unknown): Cell {
  if (value === undefined || (typeof value === 'number' && Number.isNaN(value))) return null;
  if (value instanceof Date) return value.toISOString().replace(/(T00:00:00)?\.000Z$/, '');
  return typeof value === 'bigint' ? Number(value) : (value as Cell);
}

/** A Python module that exchanges JSON. */
export interface PythonModule {
  /** The folder that holds it. */
  readonly folder: string;
  readonly name: string;
}

/** Calls a function of the module with JSON arguments; it returns what JSON can hold. */
export async function callPandas<Result>(
  oracle: Oracle,
  { folder, name: module }: PythonModule,
  name: string,
  ...args: readonly unknown[]
): Promise<Result> {
  const { result } = await oracle.evaluate(
    `
import importlib, json, sys
if folder not in sys.path: sys.path.insert(0, folder)
result = json.dumps(getattr(importlib.import_module(module), name)(*json.loads(arguments)))
`,
    { folder, module, name, arguments: JSON.stringify(args) },
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
