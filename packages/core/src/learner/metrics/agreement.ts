import { checkOptions } from '../../tensor/options.js';
import type { Metric } from '../metric.js';
import { ConfusionMatrix } from './confusionMatrix.js';

export interface KappaOptions {
  /** How much a confusion counts, by the distance of the classes' numbers. Default: all the same. */
  weights?: 'linear' | 'quadratic' | null;
}

/** Cohen's kappa: the agreement beyond what chance gives, at most 1. */
export class KappaScore extends ConfusionMatrix implements Metric {
  readonly name = 'kappa_score';
  readonly direction = 'max';
  readonly #distance: (row: number, column: number) => number;

  /** @throws RangeError for unknown weights */
  constructor(options: KappaOptions = {}) {
    super();
    checkOptions('KappaScore', options, ['weights']);
    const { weights = null } = options;
    if (weights === null) this.#distance = (i, j) => (i === j ? 0 : 1);
    else if (weights === 'linear') this.#distance = (i, j) => Math.abs(i - j);
    else if (weights === 'quadratic') this.#distance = (i, j) => (i - j) ** 2;
    else throw new RangeError(`weights must be linear, quadratic or null, got '${weights}'`);
  }

  /** NaN where only one class occurs, on both sides. */
  value(): number {
    const { rows, right, predicted, all } = totals(this);
    let observed = 0;
    let expected = 0;
    for (const [i, row] of rows.entries()) {
      for (const [j, count] of row.entries()) {
        const distance = this.#distance(i, j);
        observed += distance * count;
        expected += (distance * (right[i] as number) * (predicted[j] as number)) / all;
      }
    }
    return 1 - observed / expected;
  }
}

/**
 * The correlation coefficient of Matthews, from -1 to 1, for any number of classes
 * (Gorodkin 2004); 0, as in scikit-learn, where all predictions or all targets are one class.
 */
export class MatthewsCorreff extends ConfusionMatrix implements Metric {
  readonly name = 'matthews_correff';
  readonly direction = 'max';

  value(): number {
    const { rows, right, predicted, all } = totals(this);
    const hits = rows.reduce((sum, row, i) => sum + (row[i] as number), 0);
    const spread = Math.sqrt(
      (all ** 2 - dot(right, right)) * (all ** 2 - dot(predicted, predicted)),
    );
    return spread === 0 ? 0 : (hits * all - dot(right, predicted)) / spread;
  }
}

interface Totals {
  readonly rows: readonly (readonly number[])[];
  /** Counts by right class. */
  readonly right: readonly number[];
  /** Counts by predicted class. */
  readonly predicted: readonly number[];
  readonly all: number;
}

function totals(confusion: ConfusionMatrix): Totals {
  const rows = confusion.matrix();
  const ones = rows.map(() => 1);
  const right = rows.map((row) => dot(row, ones));
  const predicted = rows.map((_, column) => rows.reduce((sum, row) => sum + (row[column] ?? 0), 0));
  return { rows, right, predicted, all: dot(right, ones) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}
