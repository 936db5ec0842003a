import { checkOptions, DataError } from '@flambeau/core';
import type { DataFrame } from 'nodejs-polars';
import { columnOf } from '../frames.js';
import type { RowColumns } from '../rows/rowColumns.js';
import { Categories, type CategoriesState, type Category, plain } from './categories.js';
import { type ProcState, TabularProc } from './tabularProc.js';

export interface CategorifyOptions {
  /** Categories in the order they shall have, where it is not that of their values. */
  readonly categories?: Readonly<Record<string, readonly Category[]>>;
  /** Whether a variable may have one category only. Default false. */
  readonly allowConstant?: boolean;
}

/**
 * Learns the categories of each categorical variable. In rows that come later, values that are no
 * categories are missing.
 */
export class Categorify extends TabularProc {
  readonly #options: CategorifyOptions;
  #categories = new Map<string, Categories>();

  constructor(
    catNames: readonly string[],
    contNames: readonly string[] = [],
    options: CategorifyOptions = {},
  ) {
    super(catNames, contNames);
    checkOptions('Categorify', options, ['categories', 'allowConstant']);
    this.#options = options;
  }

  /** By variable; empty before training. */
  get categories(): ReadonlyMap<string, Categories> {
    return this.#categories;
  }

  protected override get sourceNames(): readonly string[] {
    return this.catNames;
  }

  protected override applyTrain(df: DataFrame): DataFrame {
    this.#categories = new Map(this.catNames.map((name) => [name, this.#learn(df, name)]));
    const changed = [...this.#categories].flatMap(([name, known]) => {
      const column = columnOf(df, name);
      if (this.#options.categories?.[name]) return [known.restrict(column)];
      const values = plain(column);
      return values === column ? [] : [values];
    });
    return changed.length === 0 ? df : df.withColumns(...changed);
  }

  /** @throws DataError when a column's type is another than in training */
  protected override applyTest(df: DataFrame): DataFrame {
    return df.withColumns(
      ...[...this.#categories].map(([name, known]) => known.restrict(columnOf(df, name))),
    );
  }

  override applyRows(columns: RowColumns): void {
    for (const [name, known] of this.#categories) {
      const values = columns.get(name) as unknown[];
      for (let row = 0; row < values.length; row++) {
        if (known.codeOf(values[row]) < 0) values[row] = null;
      }
    }
  }

  #learn(df: DataFrame, name: string): Categories {
    const column = columnOf(df, name);
    const declared = this.#options.categories?.[name];
    const found =
      declared === undefined ? Categories.learn(column) : Categories.declare(column, declared);
    if (found.length === 0) {
      throw new DataError(`column '${name}' has missing values only: expected categories`);
    }
    if (found.length === 1 && !this.#options.allowConstant) {
      throw new DataError(
        `column '${name}' has one category only, ${found.values[0]}, of which a model can learn ` +
          `nothing: leave it out, or set allowConstant`,
      );
    }
    return found;
  }

  override exportState(): ProcState {
    const entries = [...this.#categories].map(([name, known]) => [name, known.exportState()]);
    return Object.fromEntries(entries) as ProcState;
  }

  override loadState(state: ProcState): void {
    this.#categories = new Map(
      Object.entries(state).map(([name, known]) => [
        name,
        Categories.fromState(name, known as CategoriesState),
      ]),
    );
  }
}
