import { checkOptions, TextTable } from '@flambeau/core';
import { checkEach, checkPairs, type Numbers, numbersOf } from '../numbers.js';
import { columnMaker } from '../textColumn.js';
import { type ConfusionReport, confusionByGroup, rates } from './confusionByGroup.js';
import { type GroupOptions, type Groups, groupOptions, supportText } from './groups.js';
import { shareText } from './intervals.js';

export interface ThresholdReportOptions extends GroupOptions {
  /** Default 0.1 to 0.9 in steps of 0.1. */
  readonly thresholds?: readonly number[];
}

/** What a threshold does to the groups. */
export interface ThresholdRow extends Omit<ConfusionReport, 'table'> {
  readonly threshold: number;
}

export interface ThresholdReport {
  readonly rows: readonly ThresholdRow[];
  readonly table: TextTable;
}

const tenths: readonly number[] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

/**
 * The rates of {@link confusionByGroup} for several thresholds: an item is predicted positive when
 * its score is at least the threshold.
 * @param scores of the positive class, one for each item
 * @param targets 1 for positive items, 0 for the others
 * @throws RangeError unless there is one score, one target and one group for each item
 */
export function thresholdReport(
  scores: Numbers,
  targets: Numbers,
  groups: Groups,
  options: ThresholdReportOptions = {},
): ThresholdReport {
  const caller = 'thresholdReport';
  checkOptions(caller, options, ['thresholds', ...groupOptions]);
  const { thresholds = tenths, ...grouping } = options;
  const [numbers, rights] = [numbersOf(caller, scores), numbersOf(caller, targets)];
  checkPairs(caller, numbers, rights);
  for (const [name, values] of Object.entries({ scores: numbers, thresholds })) {
    checkEach(`${caller}, ${name}`, 'numbers', values, (value) => !Number.isNaN(value));
  }
  const rows = thresholds.map((threshold): ThresholdRow => {
    const predicted = numbers.map((score) => (score >= threshold ? 1 : 0));
    const found = confusionByGroup(predicted, rights, groups, { ...grouping, classes: 2 });
    return { threshold, groups: found.groups, gaps: found.gaps };
  });
  const lines = rows.flatMap(({ threshold, groups: found }) =>
    found.map((group) => ({ threshold, group })),
  );
  const column = columnMaker(lines);
  const table = new TextTable([
    column('threshold', ({ threshold }) => `${threshold}`),
    column('group', ({ group }) => group.group),
    column('n', ({ group }) => supportText(group)),
    ...rates.map(([rate, title]) => column(title, ({ group }) => shareText(group[rate]))),
  ]);
  return { rows, table };
}
