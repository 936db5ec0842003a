import { checkOptions, TextTable } from '@flambeau/core';
import { checkPairs, checkPlaces, type Numbers, numbersOf } from '../numbers.js';
import { ratioOf, ratioText } from './gaps.js';
import {
  defaultMinSupport,
  type Group,
  type GroupOptions,
  type Groups,
  groupOptions,
  groupsOf,
  supportText,
} from './groups.js';
import { type Share, shareOf, shareText } from './intervals.js';

export interface ConfusionByGroupOptions extends GroupOptions {
  /** The class that rates are about, against all others. Default 1. */
  readonly positive?: number;
  /** The number of classes, up to 4096. Default: one more than the largest number, at least 2. */
  readonly classes?: number;
}

/** Of a group: how often which class is taken for which, and the rates about the positive class. */
export interface GroupConfusion {
  readonly group: string;
  readonly n: number;
  readonly isSmall: boolean;
  /** A row for each actual class, a column for each predicted one. */
  readonly matrix: readonly (readonly number[])[];
  /** Predicted right, of all. */
  readonly accuracy: Share;
  /** Predicted positive, of those that are not. */
  readonly falsePositiveRate: Share;
  /** Not predicted positive, of those that are. */
  readonly falseNegativeRate: Share;
  /** Predicted positive, of all. */
  readonly selectionRate: Share;
  /** Positive, of those predicted so. */
  readonly positivePredictiveValue: Share;
}

/** The shares that a group has. */
export type Rate = Exclude<keyof GroupConfusion, 'group' | 'n' | 'isSmall' | 'matrix'>;

/** How far a rate is apart between groups, of those that have it. */
export interface RateGap {
  readonly lowest: string;
  readonly highest: string;
  readonly gap: number;
  /** Highest / lowest: Infinity over 0, 1 where both are 0. */
  readonly ratio: number;
}

export interface ConfusionReport {
  readonly groups: readonly GroupConfusion[];
  readonly gaps: Readonly<Partial<Record<Rate, RateGap>>>;
  readonly table: TextTable;
}

/** Of which a matrix takes 128 MiB: larger numbers are identifiers rather than classes. */
const mostClasses = 4096;

/** With their titles in tables. */
export const rates: readonly (readonly [rate: Rate, title: string])[] = [
  ['accuracy', 'accuracy'],
  ['falsePositiveRate', 'false positives'],
  ['falseNegativeRate', 'false negatives'],
  ['selectionRate', 'selected'],
  ['positivePredictiveValue', 'predictive value'],
];

/**
 * Which errors are made by group, each rate with its counts and Wilson's 95 % interval.
 * @param predicted class numbers
 * @param targets class numbers
 * @throws RangeError unless there are as many of both and a group for each, and all are classes
 */
export function confusionByGroup(
  predicted: Numbers,
  targets: Numbers,
  groups: Groups,
  options: ConfusionByGroupOptions = {},
): ConfusionReport {
  const caller = 'confusionByGroup';
  checkOptions(caller, options, ['positive', 'classes', ...groupOptions]);
  const [guesses, rights] = [numbersOf(caller, predicted), numbersOf(caller, targets)];
  checkPairs(caller, guesses, rights);
  const largest = [...guesses, ...rights]
    .filter(Number.isInteger)
    .reduce((a, b) => Math.max(a, b), 1);
  const { positive = 1, classes = largest + 1, minSupport = defaultMinSupport } = options;
  checkClasses(caller, classes, positive, { predicted: guesses, targets: rights });
  const found = groupsOf(caller, groups, guesses.length, options).map((group): GroupConfusion => {
    const matrix = matrixOf(group, guesses, rights, classes);
    const isSmall = group.indices.length < minSupport;
    return {
      group: group.name,
      n: group.indices.length,
      isSmall,
      matrix,
      ...ratesOf(matrix, positive),
    };
  });
  const gaps = Object.fromEntries(
    rates.flatMap(([rate]) => {
      const gap = rateGap(found, rate);
      return gap === undefined ? [] : [[rate, gap]];
    }),
  );
  return { groups: found, gaps, table: tableOf(found, gaps) };
}

function checkClasses(
  caller: string,
  classes: number,
  positive: number,
  numbers: Readonly<Record<string, readonly number[]>>,
): void {
  if (!Number.isInteger(classes) || classes < 1 || classes > mostClasses) {
    throw new RangeError(
      `${caller}: classes must be a whole number from 1 to ${mostClasses}, got ${classes}`,
    );
  }
  for (const [name, values] of Object.entries({ positive: [positive], ...numbers })) {
    checkPlaces(`${caller}, ${name}`, values, classes);
  }
}

function matrixOf(
  { indices }: Group,
  guesses: readonly number[],
  rights: readonly number[],
  classes: number,
): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const index of indices) {
    const row = matrix[rights[index] as number] as number[];
    (row[guesses[index] as number] as number)++;
  }
  return matrix;
}

function ratesOf(matrix: readonly (readonly number[])[], positive: number): Record<Rate, Share> {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const n = sum(matrix.map(sum));
  const hits = matrix[positive]?.[positive] as number;
  const actual = sum(matrix[positive] as readonly number[]);
  const selected = sum(matrix.map((row) => row[positive] as number));
  return {
    accuracy: shareOf(sum(matrix.map((row, i) => row[i] as number)), n),
    falsePositiveRate: shareOf(selected - hits, n - actual),
    falseNegativeRate: shareOf(actual - hits, actual),
    selectionRate: shareOf(selected, n),
    positivePredictiveValue: shareOf(hits, selected),
  };
}

function rateGap(groups: readonly GroupConfusion[], rate: Rate): RateGap | undefined {
  const known = groups
    .filter((group) => group[rate].of > 0)
    .sort((a, b) => a[rate].value - b[rate].value);
  const [lowest, highest] = [known[0], known.at(-1)];
  if (lowest === undefined || highest === undefined) return undefined;
  const [low, high] = [lowest[rate].value, highest[rate].value];
  const names = { lowest: lowest.group, highest: highest.group };
  return { ...names, gap: high - low, ratio: ratioOf(high, low) };
}

function tableOf(
  groups: readonly GroupConfusion[],
  gaps: Readonly<Partial<Record<Rate, RateGap>>>,
): TextTable {
  const gapText = (rate: Rate) => {
    const gap = gaps[rate];
    return gap === undefined ? 'none' : `${gap.gap.toFixed(3)}, ratio ${ratioText(gap.ratio)}`;
  };
  return new TextTable([
    { name: 'group', texts: [...groups.map(({ group }) => group), 'gap'] },
    { name: 'n', texts: [...groups.map(supportText), ''] },
    ...rates.map(([rate, name]) => ({
      name,
      texts: [...groups.map((group) => shareText(group[rate])), gapText(rate)],
    })),
  ]);
}
