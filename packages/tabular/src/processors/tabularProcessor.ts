import { emitWarning } from 'node:process';
import { DataError, tidy } from '@flambeau/core';
import type { DataFrame, DataType } from 'nodejs-polars';
import { columnsOfRows, type RowColumn, type TabularRow } from '../rows/rowColumns.js';
import { frameOfRows } from '../rows/rowFrame.js';
import { takesRows } from '../rows/takesRows.js';
import type { Categories, Category } from './categories.js';
import { Categorify } from './categorify.js';
import { FillMissing } from './fillMissing.js';
import { Normalize } from './normalize.js';
import {
  type ProcessorState,
  procStates,
  procsFromState,
  schemaFromState,
  schemaState,
} from './processorState.js';
import { makeProc, type ProcClass, type ProcFactory, TabularProc } from './tabularProc.js';
import {
  codesTensor,
  columnsTensor,
  finiteNumbers,
  numbersTensor,
  type TabularTensors,
} from './tabularTensors.js';

/** What stands for missing and unknown categories, the first class of each variable. */
export const missingCategory = '#na#';

/** The processors of a table, run in order, and what they have made of the variables. */
export class TabularProcessor {
  readonly #factories: readonly (ProcFactory | TabularProc)[];
  readonly #sources: {
    readonly catNames: readonly string[];
    readonly contNames: readonly string[];
  };
  #procs: readonly TabularProc[] = [];
  #catNames: readonly string[];
  #contNames: readonly string[];
  /** The columns of the training rows. */
  #schema: ReadonlyMap<string, DataType> = new Map();

  /** @param procs classes or functions that make them, used in training; instances are applied only */
  constructor(
    procs: readonly (ProcFactory | TabularProc)[],
    catNames: readonly string[],
    contNames: readonly string[],
  ) {
    this.#factories = procs;
    this.#sources = { catNames: [...catNames], contNames: [...contNames] };
    this.#catNames = catNames;
    this.#contNames = contNames;
  }

  /** Categorical variables, with those that processors have added. */
  get catNames(): readonly string[] {
    return this.#catNames;
  }

  get contNames(): readonly string[] {
    return this.#contNames;
  }

  /** In the order they run. */
  get procs(): readonly TabularProc[] {
    return this.#procs;
  }

  /** The categories of each variable in the order of their numbers, from 0. */
  get classes(): Readonly<Record<string, readonly (Category | null)[]>> {
    const { categories } = this.#categorify;
    return Object.fromEntries(
      this.#catNames.map((name) => [
        name,
        [missingCategory, ...(categories.get(name)?.values ?? [])],
      ]),
    );
  }

  /** The categories of a categorical variable. */
  categoriesOf(name: string): Categories {
    const known = this.#categorify.categories.get(name);
    if (known === undefined) throw new DataError(`Categorify has not seen '${name}'`);
    return known;
  }

  /** Learns from the training rows. */
  learn(df: DataFrame): TabularTensors {
    let frame = df;
    const procs: TabularProc[] = [];
    for (const factory of this.#factories) {
      const given = factory instanceof TabularProc;
      const proc = given ? factory : makeProc(factory, this.#catNames, this.#contNames);
      frame = proc.call(frame, { test: given });
      procs.push(proc);
      this.#adopt(proc, procs);
    }
    this.#procs = procs;
    this.#schema = new Map(df.getColumns().map((column) => [column.name, column.dtype]));
    return this.#tensors(frame);
  }

  /** Treats rows as the training rows were. */
  apply(df: DataFrame): TabularTensors {
    return this.#tensors(this.#procs.reduce((frame, proc) => proc.call(frame, { test: true }), df));
  }

  /**
   * The same for rows that are plain objects, without a frame unless a processor needs one.
   * @throws DataError for a row without one of the variables, and for a value of another type
   */
  applyRows(rows: readonly TabularRow[]): TabularTensors {
    const columns = columnsOfRows(rows, this.#rowColumns());
    if (!this.#procs.every(takesRows)) return this.apply(frameOfRows(rows, this.#schema));
    for (const proc of this.#procs) proc.applyRows?.(columns);
    const valuesOf = (name: string) => columns.get(name) as unknown[];
    return tidy(() => ({
      cats: codesTensor(
        this.#catNames.map((name) => [this.categoriesOf(name), valuesOf(name)] as const),
        rows.length,
      ),
      conts: numbersTensor(
        this.#contNames.map((name) => [name, valuesOf(name)] as const),
        rows.length,
      ),
    }));
  }

  #rowColumns(): RowColumn[] {
    const { catNames, contNames } = this.#sources;
    const column = (isContinuous: boolean) => (name: string) => ({
      name,
      dtype: this.#schema.get(name) as DataType,
      isContinuous,
    });
    return [...catNames.map(column(false)), ...contNames.map(column(true))];
  }

  #adopt(proc: TabularProc, before: readonly TabularProc[]): void {
    const added = proc.catNames.filter((name) => !this.#catNames.includes(name));
    if (added.length > 0 && before.some((other) => other instanceof Categorify)) {
      emitWarning(
        `${proc.constructor.name} adds categorical variables after Categorify, which does not ` +
          `number them: ${added.join(', ')}; put it before Categorify`,
      );
    }
    const isLate = before.some((other) => other instanceof Normalize);
    if (proc instanceof FillMissing && proc.fills.size > 0 && isLate) {
      emitWarning(
        `FillMissing comes after Normalize, so what it fills is in normalised units: ` +
          `${[...proc.fills.keys()].join(', ')}; put it before Normalize`,
      );
    }
    this.#catNames = proc.catNames;
    this.#contNames = proc.contNames;
  }

  get #categorify(): Categorify {
    const found = this.#procs.find((proc) => proc instanceof Categorify);
    if (found !== undefined) return found as Categorify;
    if (this.#catNames.length === 0) return new Categorify([]);
    throw new DataError(
      `the categorical variables ${this.#catNames.join(', ')} need Categorify among the processors`,
    );
  }

  #tensors(df: DataFrame): TabularTensors {
    const categories = this.#catNames.map((name) => this.categoriesOf(name));
    return tidy(() => ({
      cats: columnsTensor(df, this.#catNames, 'int64', (column, place) =>
        (categories[place] as Categories).codesOf(column),
      ).add_(1),
      conts: columnsTensor(df, this.#contNames, 'float32', finiteNumbers),
    }));
  }

  /** What {@link fromState} makes a processor of that treats rows as this does. */
  exportState(): Readonly<Record<string, unknown>> {
    const state: ProcessorState = {
      sources: this.#sources,
      catNames: this.#catNames,
      contNames: this.#contNames,
      schema: schemaState(this.#schema),
      procs: procStates(this.#procs),
    };
    return { ...state };
  }

  /**
   * A processor that treats rows as the one that exported the state.
   * @param classes of processors of one's own
   * @throws TypeError for a processor whose class is not known
   */
  static fromState(
    given: Readonly<Record<string, unknown>>,
    classes: readonly ProcClass[] = [],
  ): TabularProcessor {
    const state = given as unknown as ProcessorState;
    const procs = procsFromState(state.procs, classes);
    const { catNames, contNames } = state.sources;
    const processor = new TabularProcessor(procs, catNames, contNames);
    processor.#procs = procs;
    processor.#catNames = state.catNames;
    processor.#contNames = state.contNames;
    processor.#schema = schemaFromState(state.schema);
    return processor;
  }
}
