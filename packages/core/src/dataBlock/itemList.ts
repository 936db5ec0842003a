import type { Dataset } from '../data/dataset.js';
import type { SupervisedBatch, Tensors } from '../learner/batch.js';
import type { DataBunch } from '../learner/dataBunch.js';
import { type TensorHolder, tensorsOf } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { permutation } from './permutation.js';
import { SplitItems } from './splitItems.js';

/** Places of items in a list. */
export type Rows = readonly number[] | Int32Array;

/** A column of the table behind a list of items. */
export interface Column {
  readonly name: string;
  /** Missing values are null, undefined or NaN. */
  readonly values: readonly unknown[];
  readonly isFloat: boolean;
}

/** `LabeledDataBunch` or a subclass, with the arguments that it takes. */
export type BunchClass = new (...args: never) => DataBunch;

/** What the items of a list are made of. */
export type SourceOf<Items> = Items extends ItemList<infer Source, infer _> ? Source : never;

/** What a list gives as an item. */
export type ItemOf<Items> = Items extends ItemList<infer _, infer Item> ? Item : never;

/**
 * What a model shall be given, before it is known how it becomes tensors. A list is split into
 * training and validation items, those get labels, and then they are loaded in batches.
 */
export abstract class ItemList<Source = unknown, Item = Source> implements TensorHolder {
  /** The class of what `databunch()` makes of lists of this kind: `LabeledDataBunch<MyList>`. */
  abstract readonly bunchClass: BunchClass;

  abstract readonly length: number;

  /** The folder that models and histories are written to. */
  abstract readonly path: string;

  /** The items at these places, in this order. */
  abstract select(rows: Rows): this;

  /** Learns from these items what inputs are made by, such as categories. */
  abstract learn(): void;

  /** Takes over what `trained` has learned. */
  abstract adopt(trained: this): void;

  /** The items with a target each, as the loader reads them. @param targets by item, on the CPU */
  abstract dataset(targets: Tensor): Dataset<SupervisedBatch>;

  /** What is needed to treat items as these are, as JSON. */
  abstract exportState(): Readonly<Record<string, unknown>>;

  /**
   * A column of the table that the items come from.
   * @throws TypeError for a list without a table
   */
  column(name: string): Column {
    throw new TypeError(`${this.constructor.name} has no table with a column '${name}'`);
  }

  /**
   * What the items are made of, in order: rows of a table, paths of files.
   * @throws TypeError for a list that cannot tell
   */
  items(): Iterable<Source> {
    throw new TypeError(`${this.constructor.name} does not tell what its items are made of`);
  }

  /**
   * An item as it is given to people, and to `Learner.predict`.
   * @throws TypeError for a list that cannot tell
   */
  get(_index: number): Item | Promise<Item> {
    throw new TypeError(`${this.constructor.name} does not give its items`);
  }

  /**
   * The same items with transforms that each goes through when it is read.
   * @throws TypeError for a list without transforms
   */
  transformed(_tfms: readonly unknown[], _options?: object): this {
    throw new TypeError(`${this.constructor.name} has no transforms`);
  }

  /** The same items, transformed as `other` are; here nothing is. */
  madeAs(_other: this): this {
    return this;
  }

  /**
   * Inputs of items that are in no list, made as those of this list are.
   * @throws TypeError for a list that does not take single items
   */
  inputsOf(_items: readonly Item[]): Tensors {
    throw new TypeError(`${this.constructor.name} makes no inputs of single items`);
  }

  /** The tensors that were made of the items. */
  *[tensorsOf](): Iterable<Tensor> {}

  // --- splits

  /** Training gets all but `validRows`, in order; validation these, as they are given. */
  splitByIdx(validRows: Iterable<number>): SplitItems<this> {
    const valid = this.#checked([...validRows]);
    const taken = new Set(valid);
    const train = range(this.length).filter((row) => !taken.has(row));
    return new SplitItems(this, train, valid);
  }

  splitByIdxs(trainRows: Iterable<number>, validRows: Iterable<number>): SplitItems<this> {
    return new SplitItems(this, this.#checked([...trainRows]), this.#checked([...validRows]));
  }

  /**
   * At random; the same seed splits as fast.ai does.
   * @param validPct share of the items that validate, rounded down to whole ones
   */
  splitByRandPct(validPct = 0.2, seed?: number): SplitItems<this> {
    checkShare('validPct', validPct);
    const order = [...permutation(this.length, seed)];
    const validCount = Math.floor(validPct * this.length);
    return new SplitItems(this, order.slice(validCount), order.slice(0, validCount));
  }

  /** Only shares of the items, at random. @throws RangeError when they are more than all */
  splitSubsets(trainSize: number, validSize: number, seed?: number): SplitItems<this> {
    checkShare('trainSize', trainSize);
    checkShare('validSize', validSize);
    if (trainSize + validSize > 1) {
      throw new RangeError(`trainSize and validSize must be at most 1 together, got more`);
    }
    const order = [...permutation(this.length, seed)];
    const trainCount = Math.floor(trainSize * this.length);
    const validCount = Math.floor(validSize * this.length);
    return new SplitItems(this, order.slice(0, trainCount), order.slice(this.length - validCount));
  }

  /** No validation. */
  splitNone(): SplitItems<this> {
    return new SplitItems(this, range(this.length), []);
  }

  /** Items for which the column is true, or not 0, validate. */
  splitFromDf(name: string): SplitItems<this> {
    const { values } = this.column(name);
    return this.splitByIdx(range(this.length).filter((row) => Boolean(values[row])));
  }

  /** Items for which `isValid` says so validate. */
  splitByValidFunc(isValid: (item: Source) => boolean): SplitItems<this> {
    const rows: number[] = [];
    let row = 0;
    for (const item of this.items()) {
      if (isValid(item)) rows.push(row);
      row++;
    }
    return this.splitByIdx(rows);
  }

  #checked(rows: number[]): number[] {
    for (const row of rows) {
      if (!Number.isInteger(row) || row < 0 || row >= this.length) {
        throw new RangeError(`row ${row} is not among the ${this.length} items`);
      }
    }
    return rows;
  }
}

function range(length: number): number[] {
  return Array.from({ length }, (_, row) => row);
}

function checkShare(name: string, share: number): void {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`${name} must be from 0 to 1, got ${share}`);
}
