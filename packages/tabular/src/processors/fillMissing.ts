import { checkOptions, DataError } from '@flambeau/core';
import pl, { type DataFrame, type Series } from 'nodejs-polars';
import { columnOf, firstMissing, withoutNaN } from '../frames.js';
import type { RowColumns } from '../rows/rowColumns.js';
import { checkNumeric } from './numeric.js';
import { type ProcState, TabularProc } from './tabularProc.js';

/**
 * What stands for a missing number: the median of the others, the most frequent of them (of several
 * the one that comes first), or a constant.
 */
export type FillStrategy = 'median' | 'common' | 'constant';

export interface FillMissingOptions {
  /** Default 'median'. */
  readonly fillStrategy?: FillStrategy;
  /** Adds for each filled variable a categorical one, `<name>_na`, true where it was. Default true. */
  readonly addCol?: boolean;
  /** What the strategy 'constant' fills in, for all variables or by name. Default 0. */
  readonly fillVal?: number | Readonly<Record<string, number>>;
}

/** Fills the missing values of continuous variables by what the training rows have. */
export class FillMissing extends TabularProc {
  readonly #strategy: FillStrategy;
  #addCol: boolean;
  readonly #fillVal: number | Readonly<Record<string, number>>;
  #fills = new Map<string, number>();

  /** @throws RangeError for an unknown strategy */
  constructor(
    catNames: readonly string[],
    contNames: readonly string[],
    options: FillMissingOptions = {},
  ) {
    super(catNames, contNames);
    checkOptions('FillMissing', options, ['fillStrategy', 'addCol', 'fillVal']);
    const { fillStrategy = 'median', addCol = true, fillVal = 0 } = options;
    if (!(fillStrategy in strategies)) {
      const known = Object.keys(strategies).join(', ');
      throw new RangeError(`fillStrategy must be one of ${known}, got '${fillStrategy}'`);
    }
    this.#strategy = fillStrategy;
    this.#addCol = addCol;
    this.#fillVal = fillVal;
  }

  /** The value that stands for missing ones, by variable; fast.ai's na_dict. */
  get fills(): ReadonlyMap<string, number> {
    return this.#fills;
  }

  protected override get sourceNames(): readonly string[] {
    return this.contNames;
  }

  /** @throws DataError for a column that is not numeric or has missing values only */
  protected override applyTrain(df: DataFrame): DataFrame {
    this.#fills = new Map();
    for (const name of this.contNames) {
      const column = numbersOf(df, name);
      if (column.nullCount() === 0) continue;
      if (column.nullCount() === column.length && this.#strategy !== 'constant') {
        throw new DataError(
          `column '${name}' has missing values only: expected numbers to take the ` +
            `${this.#strategy} value of`,
        );
      }
      this.#fills.set(name, this.#fillFor(name, column));
      if (this.#addCol) this.#addFlag(df, name);
    }
    return this.#fill(df);
  }

  /** @throws DataError for missing values in a column that had none in training */
  protected override applyTest(df: DataFrame): DataFrame {
    for (const name of this.contNames) {
      if (this.#fills.has(name)) continue;
      const row = firstMissing(numbersOf(df, name));
      if (row >= 0) throw neverMissing(name, row);
    }
    return this.#fill(df);
  }

  #fillFor(name: string, column: Series): number {
    if (this.#strategy !== 'constant') return strategies[this.#strategy](column);
    return typeof this.#fillVal === 'number' ? this.#fillVal : (this.#fillVal[name] ?? 0);
  }

  #addFlag(df: DataFrame, name: string): void {
    const flag = `${name}_na`;
    if (df.columns.includes(flag)) {
      throw new DataError(`there is a column '${flag}' already, which shall flag filled rows`);
    }
    if (!this.catNames.includes(flag)) this.catNames.push(flag);
  }

  #fill(df: DataFrame): DataFrame {
    const filled = [...this.#fills].flatMap(([name, value]) => {
      const column = numbersOf(df, name);
      const flag = column.isNull().rename(`${name}_na`);
      const frame = pl.DataFrame([column.cast(pl.Float64)]);
      const values = frame.select(pl.col(name).fillNull(pl.lit(value))).getColumn(name);
      return this.#addCol ? [values, flag] : [values];
    });
    return filled.length === 0 ? df : df.withColumns(...filled);
  }

  override applyRows(columns: RowColumns): void {
    for (const name of this.contNames) {
      const values = columns.get(name) as (number | null)[];
      const fill = this.#fills.get(name);
      if (fill === undefined) {
        const row = values.indexOf(null);
        if (row >= 0) throw neverMissing(name, row);
        continue;
      }
      if (this.#addCol) {
        columns.set(
          `${name}_na`,
          values.map((value) => value === null),
        );
      }
      for (let row = 0; row < values.length; row++) values[row] ??= fill;
    }
  }

  override exportState(): ProcState {
    return { fills: Object.fromEntries(this.#fills), addCol: this.#addCol };
  }

  override loadState(state: ProcState): void {
    this.#fills = new Map(Object.entries(state.fills as Record<string, number>));
    this.#addCol = state.addCol as boolean;
  }
}

function neverMissing(name: string, row: number): DataError {
  return new DataError(
    `column '${name}', row ${row}: expected a number, got a missing value, of which the ` +
      `training rows had none; fill such values yourself`,
  );
}

function numbersOf(df: DataFrame, name: string): Series {
  checkNumeric(df, name);
  return withoutNaN(columnOf(df, name));
}

const strategies = {
  median: (column: Series) => column.dropNulls().median() as number,
  common: mostFrequent,
  constant: () => 0,
} satisfies Record<FillStrategy, (column: Series) => number>;

function mostFrequent(column: Series): number {
  const counts = new Map<number, number>();
  for (const value of column.dropNulls().cast(pl.Float64).toTypedArray() as Float64Array) {
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  let best = Number.NaN;
  for (const [value, count] of counts) {
    if (count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
