import {
  checkOptions,
  type Metric,
  type MetricFunction,
  metrics,
  type Tensor,
  type TextTable,
  tidy,
  torch,
} from '@flambeau/core';
import { checkPairs } from '../numbers.js';
import { bootstrapInterval } from './bootstrap.js';
import {
  defaultMinSupport,
  type Group,
  type GroupOptions,
  type Groups,
  groupOptions,
  groupsOf,
} from './groups.js';
import { type Interval, wilsonInterval } from './intervals.js';
import { type MetricGap, metricGaps, metricsTable, namedMetric } from './metricGaps.js';

export interface MetricsByGroupOptions extends GroupOptions {
  /** Default: `accuracy`. */
  readonly metrics?: readonly (Metric | MetricFunction)[];
  /**
   * How intervals are found: Wilson's, which are of shares of items only (`accuracy`, `errorRate`,
   * `topKAccuracy`; others get the other); or from `resamples` of the items. Default 'wilson'.
   */
  readonly ci?: 'wilson' | 'bootstrap';
  /** Default 0.95. */
  readonly confidence?: number;
  /** Default 1000. */
  readonly resamples?: number;
  /** Of the resamples. Default 0. */
  readonly seed?: number;
}

const metricsOptions = [
  'metrics',
  'ci',
  'confidence',
  'resamples',
  'seed',
  ...groupOptions,
] as const satisfies readonly (keyof MetricsByGroupOptions)[];

/** A metric of a group. */
export interface GroupMetric extends Interval {
  readonly value: number;
  /** To the value of all items. */
  readonly difference: number;
}

export interface GroupMetrics {
  readonly group: string;
  readonly n: number;
  /** Of all items. */
  readonly share: number;
  /** Whether it has fewer items than `minSupport`. */
  readonly isSmall: boolean;
  /** By the metric's name. */
  readonly metrics: Readonly<Record<string, GroupMetric>>;
}

export interface MetricsReport {
  readonly overall: GroupMetrics;
  readonly groups: readonly GroupMetrics[];
  /** By the metric's name; small groups count too. */
  readonly gaps: Readonly<Record<string, MetricGap>>;
  readonly table: TextTable;
}

/** Metrics that are the share of items of which something holds. */
const shares: readonly unknown[] = [metrics.accuracy, metrics.errorRate, metrics.topKAccuracy];

/**
 * How good predictions are by group, with the numbers of items and intervals: then the largest gap,
 * the worst group and the ratio of errors. All groups are there, small ones flagged.
 * @param results predictions and targets, such as an `Interpretation`
 * @throws RangeError unless there is a prediction, a target and a group for each item
 * @throws TypeError for a metric of which it is not known whether larger or smaller values are better
 */
export function metricsByGroup(
  results: { readonly preds: Tensor; readonly targets: Tensor },
  groups: Groups,
  options: MetricsByGroupOptions = {},
): MetricsReport {
  checkOptions('metricsByGroup', options, metricsOptions);
  const { metrics: asked = [metrics.accuracy], minSupport = defaultMinSupport } = options;
  const count = results.targets.size(0);
  checkPairs('metricsByGroup', { length: results.preds.size(0) }, { length: count });
  checkMetrics(asked, options);
  const parts = groupsOf('metricsByGroup', groups, count, options);
  const all = { name: 'all', indices: Array.from({ length: count }, (_, index) => index) };
  const valuesOf = (group: Group) =>
    tidy(() =>
      asked.map((metric) => ({
        name: namedMetric(metric).name,
        ...measure(metric, rowsOf(results, group), options),
      })),
    );
  const overallValues = valuesOf(all);
  const describe = (group: Group, values: ReturnType<typeof valuesOf>): GroupMetrics => ({
    group: group.name,
    n: group.indices.length,
    share: group.indices.length / count,
    isSmall: group.indices.length < minSupport,
    metrics: Object.fromEntries(
      values.map(({ name, value, low, high }, place) => {
        const difference = value - (overallValues[place]?.value as number);
        return [name, { value, low, high, difference }];
      }),
    ),
  });
  const overall = describe(all, overallValues);
  const found = parts.map((group) => describe(group, valuesOf(group)));
  const gaps = metricGaps(asked, found);
  return { overall, groups: found, gaps, table: metricsTable([overall, ...found]) };
}

function checkMetrics(
  asked: readonly (Metric | MetricFunction)[],
  { ci = 'wilson' }: MetricsByGroupOptions,
): void {
  if (ci !== 'wilson' && ci !== 'bootstrap') {
    throw new RangeError(`metricsByGroup: ci must be 'wilson' or 'bootstrap', got '${ci}'`);
  }
  const vague = asked.map(namedMetric).find(({ direction }) => direction === undefined);
  if (vague === undefined) return;
  throw new TypeError(
    `metricsByGroup: it is not known whether larger or smaller values of '${vague.name}' are ` +
      `better: say so with metrics.declareDirection`,
  );
}

function rowsOf(
  { preds, targets }: { readonly preds: Tensor; readonly targets: Tensor },
  { indices }: Group,
): readonly [preds: Tensor, targets: Tensor] {
  const rows = torch.tensor([...indices], { dtype: 'int64' });
  return [preds.indexSelect(0, rows), targets.indexSelect(0, rows)];
}

function measure(
  metric: Metric | MetricFunction,
  [preds, targets]: readonly [Tensor, Tensor],
  { ci = 'wilson', confidence = 0.95, resamples = 1000, seed = 0 }: MetricsByGroupOptions,
): Interval & { readonly value: number } {
  const judge = namedMetric(metric);
  const valueFor = (rows?: Tensor) =>
    tidy(() => {
      judge.reset();
      const pick = (tensor: Tensor) => (rows === undefined ? tensor : tensor.indexSelect(0, rows));
      judge.accumulate(pick(preds), pick(targets));
      return judge.value();
    });
  const value = valueFor();
  const n = targets.size(0);
  if (ci === 'wilson' && shares.includes(metric)) {
    return { value, ...wilsonInterval(Math.round(value * n), n, confidence) };
  }
  return { value, ...bootstrapInterval(valueFor, n, { confidence, resamples, seed }) };
}
