import {
  checkOptions,
  FloatList,
  LabeledDataBunch,
  type Learner,
  type Tensor,
  TextTable,
  tensor,
  tidy,
} from '@flambeau/core';
import { TabularList } from '@flambeau/tabular';
import { groupsOf } from '../ethics/groups.js';
import { columnMaker } from '../textColumn.js';
import {
  type FromLearnerOptions,
  Interpretation,
  type Origin,
  type Results,
  resultsOf,
} from './interpretation.js';
import { itemsOf } from './items.js';
import { rowTexts } from './rowTexts.js';
import { topOf } from './topLosses.js';

/** Results of a model that predicts a number. */
export interface NumberResults extends Results {
  /** Predictions and targets are natural logarithms. Default: as the data say, else false. */
  readonly log?: boolean;
}

export interface ResidualOptions {
  /** What the errors are ordered by. Default 'percentage'. */
  readonly by?: 'percentage' | 'absolute';
  /** The largest; false gives the smallest. Default true. */
  readonly largest?: boolean;
}

/** How far a prediction is off. */
export interface Residual {
  /** The item's place in the data. */
  readonly index: number;
  readonly prediction: number;
  readonly actual: number;
  /** Prediction - actual. */
  readonly error: number;
  /** 100 error / |actual|; infinite where that is 0 and the prediction is not. */
  readonly percentage: number;
}

/** Looks at how far predicted numbers are off; where the model predicts logarithms, in the numbers themselves. */
export class RegressionInterpretation extends Interpretation {
  readonly log: boolean;

  /** @throws RangeError unless predictions and targets are one number for each item */
  constructor({ log, ...results }: NumberResults, origin?: Origin) {
    const { preds, targets } = results;
    const count = results.losses.size(0);
    if (preds.numel() !== count || targets.numel() !== count) {
      throw new RangeError(
        `expected one number for each item, got [${preds.shape}] and [${targets.shape}]`,
      );
    }
    super(results, origin);
    this.log = log ?? logOf(origin) ?? false;
  }

  static override fromLearner(
    learn: Learner,
    options: FromLearnerOptions = {},
  ): Promise<RegressionInterpretation> {
    return resultsOf(
      learn,
      options,
      (results, origin) => new RegressionInterpretation(results, origin),
    );
  }

  /** Of all items, in their order. */
  residuals(): Residual[] {
    const [predictions, actuals] = [this.preds, this.targets].map((tensor) => this.#values(tensor));
    return (predictions as number[]).map((prediction, index) => {
      const actual = (actuals as number[])[index] as number;
      const error = prediction - actual;
      const percentage = error === 0 ? 0 : (100 * error) / Math.abs(actual);
      return { index, prediction, actual, error, percentage };
    });
  }

  #values(tensor: Tensor): number[] {
    return tidy(() => {
      const values = tensor.double().flatten();
      return (this.log ? values.exp() : values).toArray() as number[];
    });
  }

  /**
   * The items whose predictions are farthest off, with the variables of tables.
   * @param k how many rows, at most
   * @throws RangeError for another order, and for a `k` that is no whole number from 0 up
   */
  residualTable(k = 10, options: ResidualOptions = {}): TextTable {
    checkOptions('residualTable', options, ['by', 'largest']);
    const { by = 'percentage', largest = true } = options;
    if (by !== 'percentage' && by !== 'absolute') {
      throw new RangeError(`residualTable: by must be 'percentage' or 'absolute', got '${by}'`);
    }
    const residuals = this.residuals();
    const sizes = residuals.map((it) => Math.abs(by === 'percentage' ? it.percentage : it.error));
    const count = Math.min(k, this.length);
    const { indices } = tidy(() =>
      topOf('residualTable', tensor(sizes, { dtype: 'float64' }), count, { largest }),
    );
    const rows = indices.map((index) => residuals[index] as Residual);
    return new TextTable([...residualColumns(rows), ...this.#variables(rows)]);
  }

  #variables(rows: readonly Residual[]) {
    if (!(this.origin?.data instanceof LabeledDataBunch)) return [];
    const items = itemsOf('residualTable', this.origin);
    return items instanceof TabularList
      ? rowTexts(
          items,
          rows.map(({ index }) => index),
        )
      : [];
  }

  /**
   * The largest percentage error of each group, groups with larger ones first: of each store, say.
   * @param groups the group of each item, or the name of a column of the table
   * @throws RangeError unless there is a group for each item
   */
  largestErrorsBy(groups: string | readonly unknown[]): TextTable {
    const keys = typeof groups === 'string' ? this.column(groups) : groups;
    const residuals = this.residuals();
    const worst = groupsOf('largestErrorsBy', keys, this.length)
      .map(({ name, indices }) => {
        const own = indices.map((index) => residuals[index] as Residual);
        return { name, n: own.length, residual: own.reduce(worse) };
      })
      .sort((a, b) => severity(b.residual) - severity(a.residual));
    const column = columnMaker(worst);
    return new TextTable([
      column(typeof groups === 'string' ? groups : 'Group', ({ name }) => name),
      column('n', ({ n }) => `${n}`),
      ...residualColumns(worst.map(({ residual }) => residual)),
    ]);
  }
}

/** How far off a percentage is; a prediction that is no number is as far as can be. */
function severity({ percentage }: Residual): number {
  return Number.isNaN(percentage) ? Number.POSITIVE_INFINITY : Math.abs(percentage);
}

function worse(a: Residual, b: Residual): Residual {
  return severity(b) > severity(a) ? b : a;
}

function residualColumns(rows: readonly Residual[]) {
  const column = columnMaker(rows);
  return [
    column('Row', ({ index }) => `${index}`),
    column('Prediction', ({ prediction }) => shortNumber(prediction)),
    column('Actual', ({ actual }) => shortNumber(actual)),
    column('Error', ({ error }) => shortNumber(error)),
    column('Error %', ({ percentage }) => percentage.toFixed(1)),
  ];
}

function shortNumber(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}

function logOf(origin: Origin | undefined): boolean | undefined {
  const data = origin?.data;
  if (!(data instanceof LabeledDataBunch)) return undefined;
  const { y } = data.lists.train;
  return y instanceof FloatList ? y.log : undefined;
}
