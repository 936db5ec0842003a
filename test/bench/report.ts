import Table from 'cli-table3';
import type { BenchCase } from './case.js';
import type { Measurement, Pairing } from './pair.js';

/** A row of the table: one case against one Python variant. */
export interface Row extends Pairing {
  readonly name: string;
  /** Null where the variant is not the one that the target is measured against. */
  readonly target: number | null;
}

/** The rows of a case; its target stands at the faster Python variant. */
export function rowsOf({ name, target }: BenchCase, { pairings }: Measurement): Row[] {
  const fastest = Math.min(...pairings.map(({ python }) => python));
  return pairings.map((pairing) => ({
    ...pairing,
    name: pairing.label === '' ? name : `${name} (${pairing.label})`,
    target: pairing.python === fastest ? target : null,
  }));
}

export function isMet({ ratio, target }: Row): boolean {
  return target === null || ratio <= target;
}

export function renderTable(rows: readonly Row[]): string {
  const table = new Table({
    head: ['case', 'node', 'python', 'ratio', 'target', 'ok'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    const { name, node, python, ratio, target } = row;
    const wanted = target === null ? ['', ''] : [`≤ ${target}`, isMet(row) ? 'yes' : 'no'];
    table.push([name, formatSeconds(node), formatSeconds(python), ratio.toFixed(3), ...wanted]);
  }
  return table.toString();
}

/** The wall time of all that was done, which a median of rounds does not tell. */
export function totalsLine({ name, totals: { node, python } }: Row): string {
  return `${name}: all rounds took node ${node.toFixed(1)} s, python ${python.toFixed(1)} s`;
}

function formatSeconds(seconds: number): string {
  if (seconds < 1e-6) return `${(seconds * 1e9).toFixed(0)} ns`;
  if (seconds < 1e-3) return `${(seconds * 1e6).toFixed(2)} µs`;
  if (seconds < 1) return `${(seconds * 1e3).toFixed(2)} ms`;
  return `${seconds.toFixed(2)} s`;
}
