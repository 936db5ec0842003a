import { checkOptions, plot, TextTable } from '@flambeau/core';
import { checkShares } from '../numbers.js';
import { columnMaker } from '../textColumn.js';
import { ratioOf, ratioText } from './gaps.js';
import { groupsOf, withAbsent } from './groups.js';

export interface ExposureOptions {
  /**
   * Expected share of each group; groups that are never shown are reported too. Default: the share
   * in the first period.
   */
  readonly baseline?: Readonly<Record<string, number>>;
}

/** How much of what was shown or recommended in a period was of a group. */
export interface Exposure {
  readonly period: string;
  readonly group: string;
  readonly n: number;
  /** Of the period. */
  readonly share: number;
  /** Share / baseline: below 1 where the group is seen less than expected. */
  readonly ratio: number;
}

export interface ExposureReport {
  readonly rows: readonly Exposure[];
  readonly table: TextTable;
  /** The shares over time, a curve for each group. */
  readonly plot: plot.Plot;
}

/**
 * The share of each group in what a system shows over time, against a baseline: it drifts where the
 * system learns from what it has shown.
 * @param groups the group of each thing that was shown
 * @param periods the period of each; they are ordered by name, numbers by value
 * @throws RangeError unless both have as many items, and any, and expected shares are from 0 to 1
 */
export function exposureReport(
  groups: readonly unknown[],
  periods: readonly unknown[],
  options: ExposureOptions = {},
): ExposureReport {
  checkOptions('exposureReport', options, ['baseline']);
  if (groups.length === 0) throw new RangeError('exposureReport: nothing was shown');
  const { baseline: expected } = options;
  checkShares('exposureReport, baseline', Object.values(expected ?? {}));
  const times = groupsOf('exposureReport', periods, groups.length);
  const shown = groupsOf('exposureReport', groups, groups.length);
  const members = withAbsent(shown, expected).map(({ name, indices }) => ({
    name,
    rows: new Set(indices),
  }));
  const countIn = (rows: Set<number>, indices: readonly number[]) =>
    indices.filter((row) => rows.has(row)).length;
  const first = times[0]?.indices ?? [];
  const rows = times.flatMap(({ name: period, indices }) =>
    members.map(({ name: group, rows: own }): Exposure => {
      const n = countIn(own, indices);
      const share = n / indices.length;
      const before = countIn(own, first) / first.length;
      const baseline = expected ? (expected[group] ?? 0) : before;
      return { period, group, n, share, ratio: ratioOf(share, baseline) };
    }),
  );
  const series = members.map(({ name }) => {
    const own = rows.filter(({ group }) => group === name);
    return { name, x: own.map((_, at) => at), y: own.map(({ share }) => share) };
  });
  const panel = { series, xTitle: 'Period', yTitle: 'Share' };
  return { rows, table: tableOf(rows), plot: plot.lineChart('Exposure by group', [panel]) };
}

function tableOf(rows: readonly Exposure[]): TextTable {
  const column = columnMaker(rows);
  return new TextTable([
    column('period', ({ period }) => period),
    column('group', ({ group }) => group),
    column('n', ({ n }) => `${n}`),
    column('share', ({ share }) => share.toFixed(3)),
    column('to baseline', ({ ratio }) => ratioText(ratio)),
  ]);
}
