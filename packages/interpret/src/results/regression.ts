import {
  checkOptions,
  FloatList,
  LabeledDataBunch,
  type Learner,
  type Tensor,
  TextTable,
  tidy,
} from '@flambeau/core';
import { TabularList } from '@flambeau/tabular';
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
   */
  residualTable(k = 10, options: ResidualOptions = {}): TextTable {
    checkOptions('residualTable', options, ['by', 'largest']);
    const { by = 'percentage', largest = true } = options;
    const sizeOf = ({ error, percentage }: Residual) =>
      Math.abs(by === 'percentage' ? percentage : error);
    const sign = largest ? 1 : -1;
    const rows = this.residuals()
      .sort((a, b) => sign * (sizeOf(b) - sizeOf(a)))
      .slice(0, k);
    return new TextTable([...residualColumns(rows), ...this.#variables(rows)]);
  }

  #variables(rows: readonly Residual[]) {
    if (!(this.origin?.learn.data instanceof LabeledDataBunch)) return [];
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
    if (keys.length !== this.length) {
      throw new RangeError(`expected a group for each of ${this.length} items, got ${keys.length}`);
    }
    const worst = new Map<unknown, { readonly residual: Residual; readonly n: number }>();
    for (const residual of this.residuals()) {
      const key = keys[residual.index];
      const before = worst.get(key);
      const isWorse =
        before === undefined ||
        Math.abs(residual.percentage) > Math.abs(before.residual.percentage);
      const n = (before?.n ?? 0) + 1;
      worst.set(key, { residual: isWorse ? residual : before.residual, n });
    }
    const ordered = [...worst].sort(
      ([, a], [, b]) => Math.abs(b.residual.percentage) - Math.abs(a.residual.percentage),
    );
    return new TextTable([
      {
        name: typeof groups === 'string' ? groups : 'Group',
        texts: ordered.map(([key]) => `${key}`),
      },
      { name: 'n', texts: ordered.map(([, { n }]) => `${n}`) },
      ...residualColumns(ordered.map(([, { residual }]) => residual)),
    ]);
  }
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
  const data = origin?.learn.data;
  if (!(data instanceof LabeledDataBunch)) return undefined;
  const { y } = data.lists.train;
  return y instanceof FloatList ? y.log : undefined;
}
