import { sep } from 'node:path';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import { CategoryList } from './categoryList.js';
import { DataError } from './dataError.js';
import { EmptyLabelList } from './emptyLabelList.js';
import { FloatList } from './floatList.js';
import type { Column, ItemList, SourceOf } from './itemList.js';
import { LabeledItems } from './labeledItems.js';
import { isMissing, type LabelClass, type LabelOptions, labelError } from './labelList.js';
import { LabelLists } from './labelLists.js';
import { MultiCategoryList } from './multiCategoryList.js';

export interface LabelFromOptions extends LabelOptions {
  /**
   * The kind of labels. Without it, by the first training label: {@link FloatList} for a float,
   * {@link CategoryList} for a text, an integer or a boolean, {@link MultiCategoryList} for an
   * array, and with `labelDelim`.
   */
  readonly labelCls?: LabelClass;
}

/** Items that are split, to be given labels. */
export class SplitItems<Items extends ItemList> {
  readonly items: Items;
  readonly trainRows: readonly number[];
  readonly validRows: readonly number[];

  constructor(items: Items, trainRows: readonly number[], validRows: readonly number[]) {
    this.items = items;
    this.trainRows = trainRows;
    this.validRows = validRows;
  }

  get train(): Items {
    return this.items.select(this.trainRows);
  }

  get valid(): Items {
    return this.items.select(this.validRows);
  }

  /**
   * Labels from columns of the table behind the items. The training items learn what their inputs
   * are made by, the others take it over.
   * @throws RangeError without training items
   * @throws DataError for a label that is missing or cannot be used
   */
  labelFromDf(cols: string | readonly string[], options: LabelFromOptions = {}): LabelLists<Items> {
    const names = typeof cols === 'string' ? [cols] : cols;
    return this.#label(
      names.map((name) => this.items.column(name)),
      options,
    );
  }

  /**
   * A label for each item, in the order of the whole list.
   * @throws RangeError when there are more or fewer labels than items
   */
  labelFromList(labels: readonly unknown[], options: LabelFromOptions = {}): LabelLists<Items> {
    if (labels.length !== this.items.length) {
      throw new RangeError(`expected ${this.items.length} labels, got ${labels.length}`);
    }
    const isFloat = labels.some((label) => typeof label === 'number' && label % 1 !== 0);
    return this.#label([{ name: 'label', values: labels, isFloat }], options);
  }

  /** The label that a function tells of what an item is made of. */
  labelFromFunc(
    labelOf: (source: SourceOf<Items>) => unknown,
    options: LabelFromOptions = {},
  ): LabelLists<Items> {
    return this.labelFromList(
      Array.from(this.items.items(), (source) => labelOf(source as SourceOf<Items>)),
      options,
    );
  }

  /**
   * The first group of a pattern in the path of an item, with `/` between folders:
   * `/([^/]+)_\d+.jpg$/`.
   * @throws DataError for a path without it
   */
  labelFromRe(pattern: RegExp | string, options: LabelFromOptions = {}): LabelLists<Items> {
    const expression = new RegExp(pattern, flagsOf(pattern));
    return this.labelFromFunc((source) => {
      const path = posixPath(source);
      const label = expression.exec(path)?.[1];
      if (label === undefined) throw new DataError(`${expression} finds no label in '${path}'`);
      return label;
    }, options);
  }

  /** The name of the folder that an item's file lies in. */
  labelFromFolder(options: LabelFromOptions = {}): LabelLists<Items> {
    return this.labelFromFunc((source) => posixPath(source).split('/').at(-2), options);
  }

  /** The same label for all items, by default 0. A number is a {@link FloatList}'s. */
  labelConst(label: unknown = 0, options: LabelFromOptions = {}): LabelLists<Items> {
    const values = new Array<unknown>(this.items.length).fill(label);
    return this.#label([{ name: 'label', values, isFloat: typeof label === 'number' }], options);
  }

  /** Items without a label, for a model that learns from them alone, or only predicts. */
  labelEmpty(): LabelLists<Items> {
    return this.labelConst(0, { labelCls: EmptyLabelList });
  }

  #label(
    columns: readonly Column[],
    { labelCls, ...options }: LabelFromOptions,
  ): LabelLists<Items> {
    const [firstRow] = this.trainRows;
    if (firstRow === undefined) throw new RangeError('there are no training items to label');
    const kind = labelCls ?? labelClassFor(columns, firstRow, options);
    if (knownKinds.includes(kind)) {
      checkOptions('labelling', options, ['log', 'labelDelim']);
    }
    return tidy(() => {
      const labels = new kind({ columns, rows: this.trainRows }, options);
      const others = labels.like({ columns, rows: this.validRows });
      const train = this.train;
      train.learn();
      const valid = this.items.select(others.rows);
      valid.adopt(train);
      return new LabelLists(
        new LabeledItems(train, labels),
        new LabeledItems(valid, others.labels),
      );
    });
  }
}

/** Without those that make a pattern remember where it was. */
function flagsOf(pattern: RegExp | string): string {
  return typeof pattern === 'string' ? '' : pattern.flags.replace(/[gy]/g, '');
}

/** @throws TypeError for what is no path */
function posixPath(source: unknown): string {
  if (typeof source !== 'string') {
    throw new TypeError(`labels from paths need items that are files, got ${typeof source}`);
  }
  return source.split(sep).join('/');
}

/** Other kinds have options of their own. */
const knownKinds: readonly LabelClass[] = [
  FloatList,
  CategoryList,
  MultiCategoryList,
  EmptyLabelList,
];

function labelClassFor(
  columns: readonly Column[],
  row: number,
  { labelDelim }: LabelOptions,
): LabelClass {
  const [{ name, values, isFloat }] = columns as readonly [Column];
  if (labelDelim !== undefined) return MultiCategoryList;
  if (isFloat) return FloatList;
  const label = values[row];
  if (isMissing(label)) throw labelError(name, row, 'a label', label);
  return Array.isArray(label) ? MultiCategoryList : CategoryList;
}
