import { emitWarning } from 'node:process';
import { DataError, type Tensor, tidy, torch, tensor as toTensor } from '@flambeau/core';
import pl, { type DataFrame } from 'nodejs-polars';
import { columnOf, firstMissing } from '../frames.js';
import type { Category } from './categories.js';
import { Categorify } from './categorify.js';
import { type ProcFactory, type ProcState, TabularProc } from './tabularProc.js';

/** Rows as a model takes them. */
export interface TabularTensors {
  /** int64 `[rows, variables]`: 0 for a missing or unknown category, the others from 1. */
  readonly cats: Tensor;
  /** float32 `[rows, variables]`. */
  readonly conts: Tensor;
}

/** What stands for missing and unknown categories, the first class of each variable. */
export const missingCategory = '#na#';

/** The processors of a table, run in order, and what they have made of the variables. */
export class TabularProcessor {
  readonly #factories: readonly (ProcFactory | TabularProc)[];
  #procs: readonly TabularProc[] = [];
  #catNames: readonly string[];
  #contNames: readonly string[];

  /** @param procs classes or functions that make them, used in training; instances are applied only */
  constructor(
    procs: readonly (ProcFactory | TabularProc)[],
    catNames: readonly string[],
    contNames: readonly string[],
  ) {
    this.#factories = procs;
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

  /** Learns from the training rows. */
  learn(df: DataFrame): TabularTensors {
    let frame = df;
    const procs: TabularProc[] = [];
    for (const factory of this.#factories) {
      const given = factory instanceof TabularProc;
      const proc = given ? factory : make(factory, this.#catNames, this.#contNames);
      frame = proc.call(frame, { test: given });
      procs.push(proc);
      this.#adopt(proc, procs);
    }
    this.#procs = procs;
    return this.#tensors(frame);
  }

  /** Treats rows as the training rows were. */
  apply(df: DataFrame): TabularTensors {
    return this.#tensors(this.#procs.reduce((frame, proc) => proc.call(frame, { test: true }), df));
  }

  #adopt(proc: TabularProc, before: readonly TabularProc[]): void {
    const added = proc.catNames.filter((name) => !this.#catNames.includes(name));
    if (added.length > 0 && before.some((other) => other instanceof Categorify)) {
      emitWarning(
        `${proc.constructor.name} adds categorical variables after Categorify, which does not ` +
          `number them: ${added.join(', ')}`,
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
    const { categories } = this.#categorify;
    return tidy(() => ({
      cats: columnsTensor(
        this.#catNames.map((name) => {
          const known = categories.get(name);
          if (known === undefined) throw new DataError(`Categorify has not seen '${name}'`);
          return torch.add(toTensor(known.codesOf(columnOf(df, name))), 1).to('int64');
        }),
        df.height,
        'int64',
      ),
      conts: columnsTensor(
        this.#contNames.map((name) => toTensor(numbersOf(df, name))),
        df.height,
        'float32',
      ),
    }));
  }

  /** What {@link loadState} needs to treat rows as this does. */
  exportState(): Readonly<Record<string, unknown>> {
    return {
      catNames: this.#catNames,
      contNames: this.#contNames,
      procs: this.#procs.map((proc) => proc.exportState()),
    };
  }

  /**
   * Takes over what another processor has exported that was made of the same classes.
   * @throws RangeError when it had more or fewer
   */
  loadState(state: Readonly<Record<string, unknown>>): void {
    const { catNames, contNames, procs } = state as {
      catNames: string[];
      contNames: string[];
      procs: ProcState[];
    };
    if (procs.length !== this.#factories.length) {
      throw new RangeError(
        `the state has ${procs.length} processors, expected ${this.#factories.length}`,
      );
    }
    this.#procs = this.#factories.map((factory, place) => {
      const proc = factory instanceof TabularProc ? factory : make(factory, catNames, contNames);
      proc.loadState(procs[place] as ProcState);
      return proc;
    });
    this.#catNames = catNames;
    this.#contNames = contNames;
  }
}

function make(
  factory: ProcFactory,
  catNames: readonly string[],
  contNames: readonly string[],
): TabularProc {
  const isClass = factory.prototype instanceof TabularProc;
  type Class = new (...names: readonly (readonly string[])[]) => TabularProc;
  type Maker = (...names: readonly (readonly string[])[]) => TabularProc;
  return isClass
    ? new (factory as Class)(catNames, contNames)
    : (factory as Maker)(catNames, contNames);
}

function columnsTensor(
  columns: readonly Tensor[],
  rows: number,
  dtype: 'int64' | 'float32',
): Tensor {
  return columns.length === 0 ? torch.zeros([rows, 0], { dtype }) : torch.stack(columns, 1);
}

function numbersOf(df: DataFrame, name: string): Float32Array {
  const column = columnOf(df, name).cast(pl.Float32);
  const missing = firstMissing(column);
  if (missing >= 0) {
    throw new DataError(
      `column '${name}', row ${missing}: expected a number, got a missing value; ` +
        `FillMissing fills such`,
    );
  }
  const numbers = column.toTypedArray() as Float32Array;
  const infinite = numbers.findIndex((number) => !Number.isFinite(number));
  if (infinite < 0) return numbers;
  throw new DataError(
    `column '${name}', row ${infinite}: expected a finite number, got ${numbers[infinite]}`,
  );
}
