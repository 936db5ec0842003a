import {
  checkOptions,
  DataError,
  type Device,
  FloatList,
  type LabelClass,
  type SplitItems,
} from '@flambeau/core';
import type { DataFrame } from 'nodejs-polars';
import { contCatSplit } from './contCatSplit.js';
import { addDatepart } from './dates/datepart.js';
import { rowsFrom } from './dates/rowsFrom.js';
import { columnOf } from './frames.js';
import { Categorify } from './processors/categorify.js';
import { FillMissing } from './processors/fillMissing.js';
import { Normalize } from './processors/normalize.js';
import type { ProcFactory } from './processors/tabularProc.js';
import { readTable, type TableSource } from './tables/readTable.js';
import type { TabularDataBunch } from './tabularDataBunch.js';
import { TabularList } from './tabularList.js';

/**
 * Which rows validate: a share of them at random, these, those that a column is true for, or those
 * from a date on.
 */
export type Validation =
  | number
  | readonly number[]
  | { readonly column: string; readonly from?: string | Date };

export interface TabularDataOptions {
  /** The column to predict, or several columns of numbers. */
  readonly target: string | readonly string[];
  /** Default 0.2. */
  readonly validation?: Validation;
  /** Of the share at random, which is then the same each time. */
  readonly seed?: number;
  /** Variables that are categories, whatever their values. */
  readonly categorical?: readonly string[];
  /** Variables that are numbers. */
  readonly continuous?: readonly string[];
  /** Columns to leave out. */
  readonly ignore?: readonly string[];
  /** Columns of dates, in whose place year, month, week and so on are variables. */
  readonly dates?: readonly string[];
  /** A column of whole numbers with more different ones is continuous. Default 20. */
  readonly maxCard?: number;
  /** Rows to predict. */
  readonly test?: TableSource;
  /** Learns the natural logarithm of the target, for errors in per cent. Default false. */
  readonly log?: boolean;
  /** What stands between the categories where the target has several. */
  readonly labelDelim?: string;
  /** Default 64. */
  readonly batchSize?: number;
  readonly device?: Device;
  /** The folder that models and histories are written to. Default the current one. */
  readonly path?: string;
}

const tabularDataOptions = [
  'target',
  'validation',
  'seed',
  'categorical',
  'continuous',
  'ignore',
  'dates',
  'maxCard',
  'test',
  'log',
  'labelDelim',
  'batchSize',
  'device',
  'path',
] as const satisfies readonly (keyof TabularDataOptions)[];

/**
 * Data for {@link tabularLearner} in one call. What is not said follows from the table: columns of
 * texts and of few whole numbers are categories, the others numbers (see {@link contCatSplit});
 * columns that have one value only, and dates, are left out. The target is a number to predict where
 * it has fractions, `log`, or more whole numbers than `maxCard`, else a category. Missing values are
 * filled and flagged, categories numbered, numbers normalised, all by the training rows.
 *
 * @throws DataError naming column and row of what cannot be used
 */
export function tabularData(source: TableSource, options: TabularDataOptions): TabularDataBunch {
  checkOptions('tabularData', options, tabularDataOptions);
  const { dates = [], test, validation = 0.2, log = false, labelDelim, path, device } = options;
  const table = readTable(source);
  const targets = [options.target].flat();
  for (const name of targets) columnOf(table, name);
  const df = withDateparts(table, dates);
  const variables = variablesOf(df, targets, options);
  const items = TabularList.fromDf(df, { ...variables, procs, ...(path && { path }) });
  const isNumber = labelDelim === undefined && (log || isRegression(df, targets, options));
  const lists = split(items, table, validation, options.seed).labelFromDf(targets, {
    ...(isNumber && { labelCls: FloatList as LabelClass, log }),
    ...(labelDelim !== undefined && { labelDelim }),
  });
  const all =
    test === undefined
      ? lists
      : lists.addTest(TabularList.fromDf(withDateparts(readTable(test), dates)));
  return all.databunch({ bs: options.batchSize ?? 64, ...(device && { device }) });
}

/** A variable may be constant in the training rows that are left after the split. */
const procs: readonly ProcFactory[] = [
  FillMissing,
  (cats, conts) => new Categorify(cats, conts, { allowConstant: true }),
  Normalize,
];

function withDateparts(df: DataFrame, dates: readonly string[]): DataFrame {
  return dates.reduce((frame, name) => addDatepart(frame, name), df);
}

function variablesOf(
  df: DataFrame,
  targets: readonly string[],
  { categorical = [], continuous = [], ignore = [], maxCard = 20, validation }: TabularDataOptions,
) {
  for (const name of [...categorical, ...continuous, ...ignore]) columnOf(df, name);
  const splitColumn = typeof validation === 'object' && 'column' in validation;
  const out = new Set([...targets, ...ignore, ...(splitColumn ? [validation.column] : [])]);
  const named = new Set([...categorical, ...continuous]);
  const rest = df.columns.filter((name) => !named.has(name) && !out.has(name));
  const useful = rest.filter((name) => {
    const column = df.getColumn(name).dropNulls();
    return !['Date', 'Datetime', 'Time'].includes(column.dtype.variant) && column.nUnique() > 1;
  });
  const proposed = contCatSplit(df.select(...useful), maxCard);
  const variables = {
    catNames: [...categorical, ...proposed.catNames],
    contNames: [...continuous, ...proposed.contNames],
  };
  if (variables.catNames.length + variables.contNames.length > 0) return variables;
  throw new DataError('there are no variables: all columns have one value only, or are left out');
}

function isRegression(
  df: DataFrame,
  targets: readonly string[],
  { maxCard = 20 }: TabularDataOptions,
): boolean {
  return contCatSplit(df.select(...targets), maxCard).contNames.length === targets.length;
}

/** @param table with the columns of dates that the items lack */
function split(
  items: TabularList,
  table: DataFrame,
  validation: Validation,
  seed: number | undefined,
): SplitItems<TabularList> {
  if (typeof validation === 'number') return items.splitByRandPct(validation, seed);
  if (!('column' in validation)) return items.splitByIdx(validation);
  const { column, from } = validation;
  if (from === undefined) return items.splitFromDf(column);
  return items.splitByIdx(rowsFrom(table, column, from));
}
