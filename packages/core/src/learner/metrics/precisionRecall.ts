import { checkOptions } from '../../tensor/options.js';
import type { Metric } from '../metric.js';
import { ConfusionMatrix } from './confusionMatrix.js';

/**
 * How the values of the classes become one: that of one class; that of all counts together; the
 * mean; the mean weighted by how often each class is right.
 */
export type Average = 'binary' | 'micro' | 'macro' | 'weighted';

export interface ClassScoreOptions {
  /** Default: 'binary' for two classes, 'macro' for more. */
  average?: Average;
  /** The class that 'binary' is about. Default 1. */
  posLabel?: 0 | 1;
}

export interface FBetaOptions extends ClassScoreOptions {
  /** How many times recall counts as much as precision. Default 2. */
  beta?: number;
}

const averages: readonly string[] = ['binary', 'micro', 'macro', 'weighted'] satisfies Average[];

/** What was counted for a class: hits, how often it was predicted, how often it was right. */
interface Counts {
  readonly hits: number;
  readonly predicted: number;
  readonly right: number;
}

/**
 * A score that each class has, over all batches. As in scikit-learn it is 0 for a class for which
 * it is not defined: one that was never predicted, say.
 */
abstract class ClassScore extends ConfusionMatrix implements Metric {
  abstract readonly name: string;
  readonly direction = 'max';
  readonly #average: Average | undefined;
  readonly #posLabel: 0 | 1;

  /** @throws RangeError for an unknown average or another posLabel than 0 and 1 */
  constructor({ average, posLabel = 1 }: ClassScoreOptions = {}) {
    super();
    if (average !== undefined && !averages.includes(average)) {
      throw new RangeError(`average must be one of ${averages.join(', ')}, got '${average}'`);
    }
    if (posLabel !== 0 && posLabel !== 1) {
      throw new RangeError(`posLabel must be 0 or 1, got ${posLabel}`);
    }
    this.#average = average;
    this.#posLabel = posLabel;
  }

  /** The score of each class. */
  perClass(): number[] {
    return this.#counts().map((counts) => this.score(counts));
  }

  /**
   * The average of the classes; NaN before the first batch.
   * @throws RangeError when the average is 'binary' and there are not two classes
   */
  value(): number {
    const average = this.#average ?? (this.nClasses === 2 ? 'binary' : 'macro');
    const counts = this.#counts();
    if (counts.length === 0) return Number.NaN;
    if (average === 'micro') {
      return this.score({
        hits: sum(counts.map(({ hits }) => hits)),
        predicted: sum(counts.map(({ predicted }) => predicted)),
        right: sum(counts.map(({ right }) => right)),
      });
    }
    const scores = counts.map((own) => this.score(own));
    if (average === 'binary') {
      if (counts.length !== 2) {
        throw new RangeError(`average 'binary' is for two classes, got ${counts.length}`);
      }
      return scores[this.#posLabel] as number;
    }
    const weights = counts.map(({ right }) => (average === 'weighted' ? right : 1));
    return ratio(sum(scores.map((score, i) => score * (weights[i] as number))), sum(weights));
  }

  protected abstract score(counts: Counts): number;

  #counts(): Counts[] {
    const rows = this.matrix();
    return rows.map((row, i) => ({
      hits: row[i] as number,
      predicted: sum(rows.map((other) => other[i] as number)),
      right: sum(row),
    }));
  }
}

/** Of what was predicted to be a class, the share that is. */
export class Precision extends ClassScore {
  override readonly name = 'precision';

  protected override score({ hits, predicted }: Counts): number {
    return ratio(hits, predicted);
  }
}

/** Of what is a class, the share that was predicted to be. */
export class Recall extends ClassScore {
  override readonly name = 'recall';

  protected override score({ hits, right }: Counts): number {
    return ratio(hits, right);
  }
}

/** (1 + β²) P R / (β² P + R), for {@link Precision} P and {@link Recall} R. */
export class FBeta extends ClassScore {
  override readonly name = 'f_beta';
  readonly #weight: number;

  constructor(options: FBetaOptions = {}) {
    checkOptions('FBeta', options, ['average', 'posLabel', 'beta']);
    const { beta = 2, ...rest } = options;
    super(rest);
    this.#weight = beta ** 2;
  }

  protected override score({ hits, predicted, right }: Counts): number {
    return ratio((1 + this.#weight) * hits, this.#weight * right + predicted);
  }
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
