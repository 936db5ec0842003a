import { DataError } from '@flambeau/core';
import pl, { type DataFrame, type Expr } from 'nodejs-polars';
import { columnOf } from '../frames.js';
import type { RowColumns } from '../rows/rowColumns.js';
import { checkNumeric } from './numeric.js';
import { type ProcState, TabularProc } from './tabularProc.js';

export interface NormalizeOptions {
  /** Taken off the number of rows in the variance: 1 as in fast.ai v1, 0 as in v2. Default 1. */
  readonly ddof?: 0 | 1;
}

/** Mean and standard deviation of a variable in the training rows. */
export interface Moments {
  readonly mean: number;
  readonly std: number;
}

/** Keeps the quotient finite for a constant column. */
const epsilon = 1e-7;

/**
 * Makes each continuous variable (x - mean) / (1e-7 + std) of the training rows, as float64. Missing
 * values do not count and stay missing.
 */
export class Normalize extends TabularProc {
  readonly #ddof: number;
  #moments = new Map<string, Moments>();

  constructor(
    catNames: readonly string[],
    contNames: readonly string[],
    options: NormalizeOptions = {},
  ) {
    super(catNames, contNames);
    this.#ddof = options.ddof ?? 1;
  }

  /** By variable; empty before training. */
  get moments(): ReadonlyMap<string, Moments> {
    return this.#moments;
  }

  protected override get sourceNames(): readonly string[] {
    return this.contNames;
  }

  /** @throws DataError for a column that is not numeric, or too few rows for a deviation */
  protected override applyTrain(df: DataFrame): DataFrame {
    for (const name of this.contNames) checkNumeric(columnOf(df, name));
    const known = (name: string) => {
      const numbers = pl.col(name).cast(pl.Float64);
      return columnOf(df, name).isFloat() ? numbers.fillNan(pl.lit(null)) : numbers;
    };
    const measure = (of: (column: Expr) => Expr) =>
      df.select(...this.contNames.map((name) => of(known(name)).alias(name))).row(0) as number[];
    const counts = measure((column) => column.count());
    const means = measure((column) => column.mean());
    const deviations = measure((column) => column.std());
    this.#moments = new Map(
      this.contNames.map((name, place) => {
        const count = counts[place] as number;
        if (count <= this.#ddof) {
          throw new DataError(
            `column '${name}' has ${count} values in training: expected at least ` +
              `${this.#ddof + 1} for a standard deviation`,
          );
        }
        const sample = count === 1 ? 0 : (deviations[place] as number);
        const scale = this.#ddof === 1 ? 1 : Math.sqrt((count - 1) / count);
        return [name, { mean: means[place] as number, std: sample * scale }];
      }),
    );
    return this.applyTest(df);
  }

  protected override applyTest(df: DataFrame): DataFrame {
    const normalized = [...this.#moments].map(([name, { mean, std }]) => {
      checkNumeric(columnOf(df, name));
      return pl
        .col(name)
        .cast(pl.Float64)
        .minus(pl.lit(mean))
        .div(pl.lit(epsilon + std));
    });
    return normalized.length === 0 ? df : df.withColumns(...normalized);
  }

  override applyRows(columns: RowColumns): void {
    for (const [name, { mean, std }] of this.#moments) {
      const values = columns.get(name) as (number | null)[];
      const scale = epsilon + std;
      for (let row = 0; row < values.length; row++) {
        const value = values[row] as number | null;
        if (value !== null) values[row] = (value - mean) / scale;
      }
    }
  }

  override exportState(): ProcState {
    return { moments: Object.fromEntries(this.#moments) };
  }

  override loadState(state: ProcState): void {
    this.#moments = new Map(Object.entries(state.moments as Record<string, Moments>));
  }
}
