import { DataError } from '@flambeau/core';
import type { DataFrame } from 'nodejs-polars';
import { checkColumn, checkNamedOnce } from '../frames.js';
import type { RowColumns } from '../rows/rowColumns.js';

/** What a processor has learned, as JSON. */
export type ProcState = Readonly<Record<string, unknown>>;

/**
 * A step between a table and a model that learns from the training rows and treats all others by
 * what it has learned. A subclass gives {@link applyTrain}, and {@link applyTest} where it differs.
 */
export abstract class TabularProc {
  /** Categorical variables, extended by those that the processor adds. */
  readonly catNames: string[];
  /** Continuous variables. */
  readonly contNames: string[];

  /** @throws DataError when a name is in the lists twice */
  constructor(catNames: readonly string[], contNames: readonly string[]) {
    checkNamedOnce([...catNames, ...contNames]);
    this.catNames = [...catNames];
    this.contNames = [...contNames];
  }

  /**
   * Learns from `df` and processes it; with `test` processes it by what was learned before.
   *
   * @returns a new frame; the given one stays as it is.
   * @throws DataError for a frame without rows, and for columns that are missing or do not fit.
   */
  call(df: DataFrame, options: { readonly test?: boolean } = {}): DataFrame {
    if (df.height === 0) throw new DataError(`${this.constructor.name} got a frame without rows`);
    for (const name of this.sourceNames) checkColumn(df, name);
    return options.test ? this.applyTest(df) : this.applyTrain(df);
  }

  /** The columns that must be there before. */
  protected get sourceNames(): readonly string[] {
    return [...this.catNames, ...this.contNames];
  }

  protected abstract applyTrain(df: DataFrame): DataFrame;

  protected applyTest(df: DataFrame): DataFrame {
    return this.applyTrain(df);
  }

  /**
   * Treats rows that are no frame as `applyTest` does: changes and adds columns in place. A
   * processor without it, or with another `applyTest`, is given single rows as a frame.
   */
  applyRows?(columns: RowColumns): void;

  /** What {@link loadState} needs to treat rows as this processor does. */
  exportState(): ProcState {
    return {};
  }

  /** Takes over what another processor of this class exported. */
  loadState(_state: ProcState): void {}
}

/** A class of processors. */
export type ProcClass = new (
  catNames: readonly string[],
  contNames: readonly string[],
) => TabularProc;

/** How a processor is asked for: its class, or a function that makes it with options. */
export type ProcFactory =
  | ProcClass
  | ((catNames: readonly string[], contNames: readonly string[]) => TabularProc);

/** A processor as it is asked for. */
export function makeProc(
  factory: ProcFactory,
  catNames: readonly string[],
  contNames: readonly string[],
): TabularProc {
  const isClass = factory.prototype instanceof TabularProc;
  type Maker = (...names: readonly (readonly string[])[]) => TabularProc;
  return isClass
    ? new (factory as ProcClass)(catNames, contNames)
    : (factory as Maker)(catNames, contNames);
}
