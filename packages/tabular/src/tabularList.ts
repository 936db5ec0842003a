import {
  type Column,
  DataError,
  type data,
  ItemList,
  type Rows,
  type SupervisedBatch,
  type Tensor,
  tensorsOf,
} from '@flambeau/core';
import type { DataFrame } from 'nodejs-polars';
import { columnOf, takeRows } from './frames.js';
import type { Category } from './processors/categories.js';
import type { ProcFactory, TabularProc } from './processors/tabularProc.js';
import { TabularProcessor, type TabularTensors } from './processors/tabularProcessor.js';
import { TabularDataset } from './tabularDataset.js';

export interface TabularListOptions {
  /** Categorical variables. */
  readonly catNames?: readonly string[];
  /** Continuous variables. */
  readonly contNames?: readonly string[];
  /** Processors in the order they run: classes, functions that make them, or trained instances. */
  readonly procs?: readonly (ProcFactory | TabularProc)[];
  /** The folder that models and histories are written to. Default the current one. */
  readonly path?: string;
}

/** Rows of a table, which become categories and numbers. */
export class TabularList extends ItemList {
  readonly df: DataFrame;
  readonly path: string;
  readonly #options: TabularListOptions;
  #processor: TabularProcessor;
  #tensors: TabularTensors | undefined;

  private constructor(df: DataFrame, options: TabularListOptions, processor: TabularProcessor) {
    super();
    this.df = df;
    this.path = options.path ?? '.';
    this.#options = options;
    this.#processor = processor;
  }

  /**
   * The rows of a frame.
   * @throws DataError for a frame without rows, columns of the same name, and variables that are not there or named twice
   */
  static fromDf(df: DataFrame, options: TabularListOptions = {}): TabularList {
    const { catNames = [], contNames = [], procs = [] } = options;
    if (df.height === 0) throw new DataError('the frame has no rows');
    const names = [...catNames, ...contNames];
    for (const [place, name] of names.entries()) {
      columnOf(df, name);
      if (names.indexOf(name) < place) throw new DataError(`the variable '${name}' is named twice`);
    }
    return new TabularList(df, options, new TabularProcessor(procs, catNames, contNames));
  }

  get length(): number {
    return this.df.height;
  }

  /** Categorical variables, with those that processors have added. */
  get catNames(): readonly string[] {
    return this.#processor.catNames;
  }

  get contNames(): readonly string[] {
    return this.#processor.contNames;
  }

  /** The categories of each variable in the order of their numbers, from 0, which is `#na#`. */
  get classes(): Readonly<Record<string, readonly (Category | null)[]>> {
    return this.#processor.classes;
  }

  get processor(): TabularProcessor {
    return this.#processor;
  }

  /** @throws Error before the list has been processed, which labelling does */
  get tensors(): TabularTensors {
    if (this.#tensors === undefined) throw new Error('the list has not been processed yet');
    return this.#tensors;
  }

  override select(rows: Rows): this {
    return new TabularList(takeRows(this.df, rows), this.#options, this.#processor) as this;
  }

  override learn(): void {
    this.#tensors = this.#processor.learn(this.df);
  }

  override adopt(trained: this): void {
    this.#processor = trained.#processor;
    if (this.length > 0) this.#tensors = this.#processor.apply(this.df);
  }

  override *[tensorsOf](): Iterable<Tensor> {
    if (this.#tensors === undefined) return;
    yield this.#tensors.cats;
    yield this.#tensors.conts;
  }

  override dataset(targets: Tensor): data.Dataset<SupervisedBatch> {
    const { cats, conts } = this.tensors;
    return new TabularDataset(cats, conts, targets);
  }

  override column(name: string): Column {
    const series = columnOf(this.df, name);
    return { name, values: series.toArray() as unknown[], isFloat: series.isFloat() };
  }

  override exportState(): Readonly<Record<string, unknown>> {
    return this.#processor.exportState();
  }
}
