import {
  AverageMetric,
  type Metric,
  type MetricFunction,
  metrics,
  TextTable,
} from '@flambeau/core';
import { columnMaker } from '../textColumn.js';
import { type Gap, gapOf, ratioOf, ratioText } from './gaps.js';
import { supportText } from './groups.js';
import type { GroupMetric, GroupMetrics } from './metricsByGroup.js';

export interface MetricGap extends Gap {
  /** Of `accuracy` and `errorRate`: how many times as many errors the worst group has. */
  readonly errorRatio?: number;
}

/** A function as a metric with a name. */
export function namedMetric(metric: Metric | MetricFunction): Metric {
  return typeof metric === 'function' ? new AverageMetric(metric) : metric;
}

/** The gap of each metric, by its name. */
export function metricGaps(
  asked: readonly (Metric | MetricFunction)[],
  groups: readonly GroupMetrics[],
): Record<string, MetricGap> {
  const gaps: Record<string, MetricGap> = {};
  for (const metric of asked) {
    const { name, direction } = namedMetric(metric);
    const values = new Map(groups.map((row) => [row.group, metricOf(row, name).value]));
    const gap = gapOf(values, direction);
    if (gap === undefined) continue;
    const [best, worst] = [values.get(gap.best) as number, values.get(gap.worst) as number];
    if (metric === metrics.errorRate) gaps[name] = { ...gap, errorRatio: ratioOf(worst, best) };
    else if (metric === metrics.accuracy) {
      gaps[name] = { ...gap, errorRatio: ratioOf(1 - worst, 1 - best) };
    } else gaps[name] = gap;
  }
  return gaps;
}

/** A row for each group, with the number of its items. */
export function metricsTable(rows: readonly GroupMetrics[]): TextTable {
  const names = Object.keys(rows[0]?.metrics ?? {});
  const column = columnMaker(rows);
  return new TextTable([
    column('group', ({ group }) => group),
    column('n', supportText),
    column('share', ({ share }) => share.toFixed(3)),
    ...names.flatMap((name) => [
      column(name, (row) => {
        const { value, low, high } = metricOf(row, name);
        return `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
      }),
      column('difference', (row) => metricOf(row, name).difference.toFixed(4)),
    ]),
  ]);
}

/** A line for each metric: the largest gap, between which groups, and the ratio of errors. */
export function gapLines(gaps: Readonly<Record<string, MetricGap>>): string[] {
  return Object.entries(gaps).map(([name, { best, worst, gap, errorRatio }]) => {
    const ratio = errorRatio === undefined ? '' : `, error ratio ${ratioText(errorRatio)}`;
    return `${name}: gap ${gap.toFixed(4)}, best ${best}, worst ${worst}${ratio}`;
  });
}

function metricOf(row: GroupMetrics, name: string): GroupMetric {
  return row.metrics[name] as GroupMetric;
}
