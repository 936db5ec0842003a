import { checkOptions, DataError } from '@flambeau/core';
import pl, { type DataFrame, type Expr } from 'nodejs-polars';
import { typeOf } from '../frames.js';
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
  #normalized: readonly Expr[] | undefined;

  constructor(
    catNames: readonly string[],
    contNames: readonly string[],
    options: NormalizeOptions = {},
  ) {
    super(catNames, contNames);
    checkOptions('Normalize', options, ['ddof']);
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
    for (const name of this.contNames) checkNumeric(df, name);
    const isFloat = (name: string) => typeOf(df, name).variant.startsWith('Float');
    const floats = this.contNames.filter(isFloat);
    const others = this.contNames.filter((name) => !isFloat(name));
    const known = [
      ...numbersIn(others),
      ...numbersIn(floats).map((columns) => columns.fillNan(pl.lit(null))),
    ];
    const measure = (of: (columns: Expr) => Expr) =>
      df.select(...known.map(of)).toRecords()[0] as Record<string, number>;
    const counts = measure((columns) => columns.count());
    const means = measure((columns) => columns.mean());
    const deviations = measure((columns) => columns.std());
    this.#normalized = undefined;
    this.#moments = new Map(
      this.contNames.map((name) => {
        const count = counts[name] as number;
        if (count <= this.#ddof) {
          throw new DataError(
            `column '${name}' has ${count} values in training: expected at least ` +
              `${this.#ddof + 1} for a standard deviation`,
          );
        }
        const sample = count === 1 ? 0 : (deviations[name] as number);
        const scale = this.#ddof === 1 ? 1 : Math.sqrt((count - 1) / count);
        return [name, { mean: means[name] as number, std: sample * scale }];
      }),
    );
    return this.applyTest(df);
  }

  protected override applyTest(df: DataFrame): DataFrame {
    for (const name of this.#moments.keys()) checkNumeric(df, name);
    this.#normalized ??= [...this.#moments].map(([name, { mean, std }]) =>
      pl
        .col(name)
        .cast(pl.Float64)
        .minus(mean)
        .div(epsilon + std),
    );
    return this.#normalized.length === 0 ? df : df.withColumns(...this.#normalized);
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
    this.#normalized = undefined;
    this.#moments = new Map(Object.entries(state.moments as Record<string, Moments>));
  }
}

/** One expression of all these columns, and none of no columns. */
function numbersIn(names: readonly string[]): Expr[] {
  return names.length === 0 ? [] : [pl.col([...names]).cast(pl.Float64)];
}
