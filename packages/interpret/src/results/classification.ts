import { type Learner, metrics, type plot, TextTable, tidy } from '@flambeau/core';
import type { Figure, FigureSize } from '@flambeau/vision';
import { checkPlaces, numbersOf } from '../numbers.js';
import { columnMaker } from '../textColumn.js';
import { type ConfusionChartOptions, confusionChart } from './confusionChart.js';
import { type PlotTopLossesOptions, plotTopLosses } from './imageLosses.js';
import {
  type FromLearnerOptions,
  Interpretation,
  type Origin,
  type Results,
  resultsOf,
} from './interpretation.js';
import { rowsOf } from './items.js';
import { type Mismatch, mismatchesOf, plotMismatches } from './multiLabelLosses.js';
import { rowTexts } from './rowTexts.js';
import type { LargestOptions } from './topLosses.js';

/** Results of a model that tells classes apart. */
export interface ClassResults extends Results {
  /** What class numbers stand for. Default: the classes of the data, else the numbers. */
  readonly classes?: readonly unknown[];
}

/** What a model gave for an item. */
export interface ItemResult {
  /** The item's place in the data. */
  readonly index: number;
  /** The class that is most probable. */
  readonly predicted: string;
  /** The class that is right, and its number. */
  readonly actual: string;
  readonly target: number;
  readonly loss: number;
  /** Of the class that is right. */
  readonly probability: number;
}

/** Looks at which classes a model takes for one another. Predictions are `[items, classes]`. */
export class ClassificationInterpretation extends Interpretation {
  readonly classes: readonly unknown[];

  /** @throws RangeError unless there is a class for each column of the predictions */
  constructor({ classes, ...results }: ClassResults, origin?: Origin) {
    const count = results.preds.ndim === 2 ? results.preds.size(1) : 0;
    const numbers = Array.from({ length: count }, (_, place) => place);
    const known = classes ?? origin?.data.classes ?? numbers;
    if (count < 2 || known.length !== count) {
      const of = known.length < 2 ? '' : ` of ${known.length} classes`;
      throw new RangeError(
        `expected predictions [items, classes]${of}, got [${results.preds.shape}]`,
      );
    }
    super(results, origin);
    this.classes = known;
  }

  static override fromLearner(
    learn: Learner,
    options: FromLearnerOptions = {},
  ): Promise<ClassificationInterpretation> {
    return resultsOf(
      learn,
      options,
      (results, origin) => new ClassificationInterpretation(results, origin),
    );
  }

  /** The class of each item that is most probable. */
  get predictedClasses(): readonly number[] {
    return tidy(() => numbersOf('predictedClasses', this.preds.argmax(1)));
  }

  /** Counts of items: a row for each actual class, a column for each predicted one. */
  confusionMatrix(): number[][] {
    const counts = new metrics.ConfusionMatrix();
    counts.accumulate(this.preds, this.targets);
    return counts.matrix();
  }

  /** {@link confusionMatrix} as a picture, see {@link ConfusionChartOptions}. */
  plotConfusionMatrix(options: ConfusionChartOptions = {}): plot.Plot {
    return confusionChart(this.confusionMatrix(), this.classes.map(String), options);
  }

  /**
   * The pairs of classes that are taken for one another at least `minVal` times, most often first;
   * equal ones in the order of the confusion matrix.
   */
  mostConfused(minVal = 1): [actual: string, predicted: string, count: number][] {
    const pairs = this.confusionMatrix().flatMap((row, actual) =>
      row.map((count, predicted) => ({ actual, predicted, count })),
    );
    return pairs
      .filter(({ actual, predicted, count }) => actual !== predicted && count >= minVal)
      .sort((a, b) => b.count - a.count)
      .map(({ actual, predicted, count }) => [this.nameOf(actual), this.nameOf(predicted), count]);
  }

  /**
   * The rows of a table with the largest losses: what is predicted, what is right, the loss, the
   * probability of what is right, and the variables.
   * @throws TypeError unless the results are a learner's of tables
   */
  plotTabTopLosses(k: number, options: LargestOptions = {}): TextTable {
    const items = rowsOf('plotTabTopLosses', this.origin);
    const results = this.itemResults(this.topLosses(k, options).indices);
    const column = columnMaker(results);
    return new TextTable([
      column('Prediction', ({ predicted }) => predicted),
      column('Actual', ({ actual }) => actual),
      column('Loss', ({ loss }) => loss.toFixed(4)),
      column('Probability', ({ probability }) => probability.toFixed(4)),
      ...rowTexts(
        items,
        results.map(({ index }) => index),
      ),
    ]);
  }

  /**
   * The images with the largest losses, each below what is predicted, what is right, the loss and
   * the probability of what is right.
   * @throws TypeError unless the results are a learner's of images; with `heatmap`, when the model's
   * first child gives no images
   */
  async plotTopLosses(k: number, options: PlotTopLossesOptions = {}): Promise<Figure> {
    const { largest } = options;
    const { indices } = this.topLosses(k, { largest });
    return plotTopLosses(this.origin, this.itemResults(indices), options);
  }

  /**
   * Items of several classes whose most probable class is none of their own, those with the largest
   * losses first.
   * @throws RangeError unless targets are `[items, classes]`
   */
  mismatches(): Mismatch[] {
    return mismatchesOf(this, this.classes.map(String));
  }

  /**
   * The images of the first {@link mismatches}.
   * @param samples at most
   * @throws RangeError when there are none, and for `samples` that are no whole number from 1 up
   * @throws TypeError unless the results are a learner's of images
   */
  async plotMultiTopLosses(
    samples = 3,
    options: { readonly figsize?: FigureSize } = {},
  ): Promise<Figure> {
    if (!Number.isInteger(samples) || samples < 1) {
      throw new RangeError(
        `plotMultiTopLosses: samples must be a whole number from 1 up, got ${samples}`,
      );
    }
    return plotMismatches(this.origin, this.mismatches().slice(0, samples), options);
  }

  /**
   * Of items by their places: what is predicted, what is right, loss and probability.
   * @throws RangeError for a place that no item has, and unless targets are one class for each item
   */
  itemResults(indices: readonly number[]): ItemResult[] {
    checkPlaces('itemResults, indices', indices, this.length);
    const targets = numbersOf('itemResults', this.targets);
    checkPlaces('itemResults, targets', targets, this.classes.length);
    const predicted = this.predictedClasses;
    return indices.map((index) => {
      const target = targets[index] as number;
      return tidy(() => ({
        index,
        predicted: this.nameOf(predicted[index] as number),
        actual: this.nameOf(target),
        target,
        loss: Number(this.losses.select(0, index).item()),
        probability: Number(this.preds.select(0, index).select(0, target).item()),
      }));
    });
  }

  protected nameOf(place: number): string {
    return `${this.classes[place]}`;
  }
}
