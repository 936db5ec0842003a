import { checkOptions, TextTable } from '@flambeau/core';
import type { TableLike } from '@flambeau/vision';
import { columnMaker } from '../textColumn.js';
import { type Binning, binningOf, countBins } from './binning.js';
import { groupsOf, isMissing } from './groups.js';
import { psi } from './psi.js';
import { type TableColumns, tableColumns } from './tableColumns.js';

export interface DriftReportOptions {
  /** Default: all that the reference has. */
  readonly columns?: readonly string[];
  /** Of numbers. Default 10. */
  readonly bins?: number;
  /** A column of groups, for the drift within each of them too. */
  readonly group?: string;
  /** The largest index that is stable. Default 0.1. */
  readonly watch?: number;
  /** The largest index that is no alarm. Default 0.25. */
  readonly alert?: number;
}

export interface Drift {
  readonly column: string;
  /** Undefined for the drift of all rows. */
  readonly group: string | undefined;
  /** Rows of the reference, and of what is compared with it. */
  readonly n: readonly [reference: number, current: number];
  /** See {@link psi}; NaN where one of them has no rows of the group. */
  readonly psi: number;
  /**
   * Of categories, the share of values that the reference does not have, in any group; NaN for
   * numbers.
   */
  readonly unseen: number;
  readonly flag: 'stable' | 'watch' | 'alert' | 'unknown';
}

export interface DriftReport {
  readonly rows: readonly Drift[];
  readonly table: TextTable;
}

/**
 * How much the values of columns have changed, predictions too where they are a column. Numbers are
 * counted in ranges that hold as many of the reference each.
 * @throws RangeError for a column that one of both lacks, for a table without rows, and for fewer
 * than 2 bins
 */
export function driftReport(
  reference: TableLike,
  current: TableLike,
  options: DriftReportOptions = {},
): DriftReport {
  checkOptions('driftReport', options, ['columns', 'bins', 'group', 'watch', 'alert']);
  const before = tableColumns('driftReport, reference', reference);
  const now = tableColumns('driftReport, current', current);
  const { columns = [...before.byName.keys()], bins = 10, group } = options;
  const { watch = 0.1, alert = 0.25 } = options;
  const flagOf = (index: number) => {
    if (Number.isNaN(index)) return 'unknown';
    if (index > alert) return 'alert';
    return index > watch ? 'watch' : 'stable';
  };
  const rows = columns.flatMap((column) => {
    const values = [before.valuesOf(column), now.valuesOf(column)] as const;
    const binning = binningOf(values[0], bins);
    const known = new Set(values[0].map(binning.binOf));
    const parts = group === undefined || group === column ? [] : groupParts(before, now, group);
    return [{ group: undefined, rows: undefined }, ...parts].map(
      ({ group: name, rows: places }) => {
        const [old, fresh] = values.map((all, side) => pick(all, places?.[side]));
        const measured = compare(old as unknown[], fresh as unknown[], binning, known);
        const drift = { column, group: name, n: [old?.length ?? 0, fresh?.length ?? 0] as const };
        return { ...drift, ...measured, flag: flagOf(measured.psi) } as const;
      },
    );
  });
  return { rows, table: tableOf(rows) };
}

interface Part {
  readonly group: string;
  readonly rows: readonly [reference: readonly number[], current: readonly number[]];
}

function groupParts(before: TableColumns, now: TableColumns, group: string): Part[] {
  const [old, fresh] = [before, now].map((columns) => {
    const values = columns.valuesOf(group);
    const found = groupsOf('driftReport', values, values.length);
    return new Map(found.map(({ name, indices }) => [name, indices]));
  }) as [Map<string, readonly number[]>, Map<string, readonly number[]>];
  return [...new Set([...old.keys(), ...fresh.keys()])].map((name) => ({
    group: name,
    rows: [old.get(name) ?? [], fresh.get(name) ?? []],
  }));
}

function pick(values: readonly unknown[], rows: readonly number[] | undefined): readonly unknown[] {
  return rows === undefined ? values : rows.map((row) => values[row]);
}

function compare(
  old: readonly unknown[],
  fresh: readonly unknown[],
  { isNumeric, binOf }: Binning,
  known: ReadonlySet<string>,
): { readonly psi: number; readonly unseen: number } {
  if (old.length === 0 || fresh.length === 0) return { psi: Number.NaN, unseen: Number.NaN };
  const [before, now] = [countBins(old.map(binOf)), countBins(fresh.map(binOf))];
  const bins = [...new Set([...before.keys(), ...now.keys()])];
  const index = psi(
    bins.map((bin) => before.get(bin) ?? 0),
    bins.map((bin) => now.get(bin) ?? 0),
  );
  if (isNumeric) return { psi: index, unseen: Number.NaN };
  const unseen = fresh.filter((value) => !isMissing(value) && !known.has(binOf(value)));
  return { psi: index, unseen: unseen.length / fresh.length };
}

function tableOf(rows: readonly Drift[]): TextTable {
  const column = columnMaker(rows);
  const number = (value: number) => (Number.isNaN(value) ? 'none' : value.toFixed(4));
  return new TextTable([
    column('column', (row) => row.column),
    column('group', ({ group }) => group ?? 'all'),
    column('n before', ({ n }) => `${n[0]}`),
    column('n now', ({ n }) => `${n[1]}`),
    column('PSI', (row) => number(row.psi)),
    column('unseen', ({ unseen }) => number(unseen)),
    column('flag', ({ flag }) => flag),
  ]);
}
