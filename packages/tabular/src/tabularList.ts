import {
  type Column,
  checkOptions,
  DataError,
  type data,
  ItemList,
  type Rows,
  type SplitItems,
  type SupervisedBatch,
  type Tensor,
  type Tensors,
  type TextColumn,
  tensorsOf,
} from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';
import { rowsFrom } from './dates/rowsFrom.js';
import { checkNamedOnce, columnOf, takeRows } from './frames.js';
import type { Category } from './processors/categories.js';
import type { ProcClass, ProcFactory, TabularProc } from './processors/tabularProc.js';
import { TabularProcessor } from './processors/tabularProcessor.js';
import type { TabularTensors } from './processors/tabularTensors.js';
import type { TabularRow } from './rows/rowColumns.js';
import { type CsvOptions, csvOptions, readCsv } from './tables/csv.js';
import { readTable, type TableSource } from './tables/readTable.js';
import { TabularDataBunch } from './tabularDataBunch.js';
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
export class TabularList extends ItemList<TabularRow> {
  override readonly bunchClass = TabularDataBunch;
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
    checkOptions('TabularList', options, ['catNames', 'contNames', 'procs', 'path']);
    const { catNames = [], contNames = [], procs = [] } = options;
    if (df.height === 0) throw new DataError('the frame has no rows');
    const names = [...catNames, ...contNames];
    for (const name of names) columnOf(df, name);
    checkNamedOnce(names);
    return new TabularList(df, options, new TabularProcessor(procs, catNames, contNames));
  }

  /** The rows of any table, see {@link readTable}. */
  static from(source: TableSource, options: TabularListOptions = {}): TabularList {
    return TabularList.fromDf(readTable(source), options);
  }

  /**
   * The rows of a CSV file.
   * @throws DataError for a file that is damaged, see {@link readCsv}
   */
  static fromCsv(path: string, options: TabularListOptions & CsvOptions = {}): TabularList {
    const isCsv = ([name]: readonly [string, unknown]) => csvOptions.some((it) => it === name);
    const given = Object.entries(options);
    const csv = Object.fromEntries(given.filter(isCsv));
    const others = Object.fromEntries(given.filter((entry) => !isCsv(entry)));
    return TabularList.fromDf(readCsv(path, csv), others);
  }

  /**
   * Rows from a date on validate, those before it train: for predicting the future.
   * @param column with dates, or texts that are
   * @param from the first date that validates, such as '2015-06-19'
   * @throws DataError for a row without a date, and when all rows or none are from that date on
   */
  splitByDate(column: string, from: string | Date): SplitItems<this> {
    return this.splitByIdx(rowsFrom(this.df, column, from));
  }

  /** No rows, but what those had learned that exported the state. */
  static fromState(
    state: Readonly<Record<string, unknown>>,
    { procs = [], path = '.' }: { procs?: readonly ProcClass[]; path?: string } = {},
  ): TabularList {
    const processor = TabularProcessor.fromState(state, procs);
    return new TabularList(pl.DataFrame({}), { path }, processor);
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

  override get(index: number): TabularRow {
    const values = this.df.row(index);
    return Object.fromEntries(this.df.columns.map((name, place) => [name, values[place]]));
  }

  override *items(): Iterable<TabularRow> {
    yield* this.df.toRecords() as Iterable<TabularRow>;
  }

  /** Rows as plain objects, with all variables; null where a value is not known. */
  override inputsOf(rows: readonly TabularRow[]): readonly Tensor[] {
    const { cats, conts } = this.#processor.applyRows(rows);
    return [cats, conts];
  }

  /** Inputs as people look at them: categories, and numbers with four digits after the point. */
  textsOf(inputs: Tensors): readonly TextColumn[] {
    const [cats, conts] = inputs as readonly [Tensor, Tensor];
    const codes = cats.toArray() as unknown[][];
    const numbers = conts.toArray() as number[][];
    const { classes } = this;
    return [
      ...this.catNames.map((name, place) => ({
        name,
        texts: codes.map((row) => textOf(classes[name]?.[Number(row[place])])),
      })),
      ...this.contNames.map((name, place) => ({
        name,
        texts: numbers.map((row) => (row[place] as number).toFixed(4)),
      })),
    ];
  }

  override exportState(): Readonly<Record<string, unknown>> {
    return this.#processor.exportState();
  }
}

function textOf(category: Category | null | undefined): string {
  return category instanceof Date ? category.toISOString() : `${category}`;
}
