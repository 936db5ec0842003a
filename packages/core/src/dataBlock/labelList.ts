import type { LossFunction } from '../learner/lossFunction.js';
import type { Tensor } from '../tensor/tensor.js';
import { DataError } from './dataError.js';
import type { Column } from './itemList.js';

/** The targets of a list of items. */
export interface LabelList {
  /** By item, on the CPU. */
  readonly tensor: Tensor;
  /** Numbers that a model gives for an item. */
  readonly c: number;
  /** What a category number stands for. */
  readonly classes?: readonly unknown[];
  /** Undefined where the learner must be given one. */
  readonly lossFunc: LossFunction | undefined;
  /** Of one item: a {@link Category}, an array of them, a number or several numbers, or nothing. */
  get(index: number): unknown;
  /** The labels of other items, by what these have learned. */
  like(source: LabelSource): OtherLabels;
  /** Targets for items that have none. */
  empty(count: number): Tensor;
  /** Targets, one a row, as people read them. */
  texts(targets: Tensor): readonly string[];
  /** What {@link labelsFromState} makes labels of this kind of, without items. */
  exportState(): LabelState;
}

/** A kind of labels, and what it has learned, as JSON. */
export type LabelState =
  | { readonly kind: 'FloatList'; readonly c: number; readonly log: boolean }
  | { readonly kind: 'CategoryList'; readonly classes: readonly unknown[] }
  | { readonly kind: 'EmptyLabelList' }
  | {
      readonly kind: 'MultiCategoryList';
      readonly classes: readonly unknown[];
      readonly labelDelim: string | null;
    };

/** One column with labels or several, and the rows that are asked for. */
export interface LabelSource {
  readonly columns: readonly Column[];
  readonly rows: readonly number[];
}

export interface OtherLabels {
  readonly labels: LabelList;
  /** Those of the rows that have a label. */
  readonly rows: readonly number[];
}

export interface LabelOptions {
  /** Learn the natural logarithm of the value. Floats only. Default false. */
  readonly log?: boolean;
  /** What stands between the categories in a text. */
  readonly labelDelim?: string;
}

/** A kind of labels; its constructor learns from those of the training items. */
export type LabelClass = new (source: LabelSource, options: LabelOptions) => LabelList;

/** The error of a label that cannot be used. */
export function labelError(column: string, row: number, expected: string, got: unknown): DataError {
  const found = isMissing(got) ? 'a missing value' : String(got);
  return new DataError(`column '${column}', row ${row}: expected ${expected}, got ${found}`);
}

export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/**
 * The only column of labels that hold one value for an item.
 * @throws TypeError for several
 */
export function onlyColumn(kind: string, { columns }: LabelSource): Column {
  const [column, ...others] = columns;
  if (column === undefined || others.length > 0) {
    throw new TypeError(`${kind} takes one column of labels, got ${columns.length}`);
  }
  return column;
}
