import { checkOptions, TextTable } from '@flambeau/core';
import { checkPairs, type Numbers, numbersOf } from '../numbers.js';
import { columnMaker } from '../textColumn.js';
import {
  defaultMinSupport,
  type GroupOptions,
  type Groups,
  groupOptions,
  groupsOf,
  supportText,
} from './groups.js';

export interface RegressionByGroupOptions extends GroupOptions {
  /** Predictions and targets are natural logarithms; errors are of the numbers. Default false. */
  readonly log?: boolean;
}

/** Errors of a group, prediction - target. */
export interface GroupErrors {
  readonly group: string;
  readonly n: number;
  readonly isSmall: boolean;
  /** √mean(error²). */
  readonly rmse: number;
  /** mean(|error|). */
  readonly mae: number;
  /** mean(error): above 0 where too much is predicted. */
  readonly meanError: number;
  /** √mean((error / target)²); infinite where a target is 0 and its prediction is not. */
  readonly rmspe: number;
}

export interface RegressionReport {
  readonly overall: GroupErrors;
  readonly groups: readonly GroupErrors[];
  readonly table: TextTable;
}

/**
 * How far numbers are off by group. `rmspe` of logarithms is fast.ai's `exp_rmspe`.
 * @throws RangeError unless there is one prediction, one target and one group for each item
 */
export function regressionByGroup(
  preds: Numbers,
  targets: Numbers,
  groups: Groups,
  options: RegressionByGroupOptions = {},
): RegressionReport {
  const caller = 'regressionByGroup';
  checkOptions(caller, options, ['log', ...groupOptions]);
  const { log = false, minSupport = defaultMinSupport } = options;
  const inUnits = (values: Numbers) => {
    const numbers = numbersOf(caller, values);
    return log ? numbers.map(Math.exp) : numbers;
  };
  const [predicted, actual] = [inUnits(preds), inUnits(targets)];
  checkPairs(caller, predicted, actual);
  const describe = (group: string, indices: readonly number[]): GroupErrors => {
    const errors = indices.map((i) => (predicted[i] as number) - (actual[i] as number));
    const shares = errors.map((error, place) =>
      error === 0 ? 0 : error / (actual[indices[place] as number] as number),
    );
    return {
      group,
      n: indices.length,
      isSmall: indices.length < minSupport,
      rmse: Math.sqrt(mean(errors.map((error) => error ** 2))),
      mae: mean(errors.map(Math.abs)),
      meanError: mean(errors),
      rmspe: Math.sqrt(mean(shares.map((share) => share ** 2))),
    };
  };
  const overall = describe(
    'all',
    predicted.map((_, index) => index),
  );
  const found = groupsOf(caller, groups, predicted.length, options).map(({ name, indices }) =>
    describe(name, indices),
  );
  return { overall, groups: found, table: tableOf([overall, ...found]) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function tableOf(rows: readonly GroupErrors[]): TextTable {
  const column = columnMaker(rows);
  const digits = (value: number) => `${Number(value.toPrecision(6))}`;
  return new TextTable([
    column('group', ({ group }) => group),
    column('n', supportText),
    column('rmse', ({ rmse }) => digits(rmse)),
    column('mae', ({ mae }) => digits(mae)),
    column('mean error', ({ meanError }) => digits(meanError)),
    column('rmspe', ({ rmspe }) => digits(rmspe)),
  ]);
}
