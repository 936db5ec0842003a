import { emitWarning } from 'node:process';
import { BCEWithLogitsFlat } from '../learner/flatLosses.js';
import { fromTypedArray } from '../tensor/create.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { torch } from '../torch.js';
import { Category } from './category.js';
import { numberClasses, sortedClasses } from './classes.js';
import {
  type LabelList,
  type LabelOptions,
  type LabelSource,
  type LabelState,
  labelError,
  type OtherLabels,
  onlyColumn,
} from './labelList.js';

/**
 * Any number of classes for each item, float32 `[n, classes]` of 0 and 1. A label is an array, or a
 * text of categories with `labelDelim` between them.
 */
export class MultiCategoryList implements LabelList {
  readonly tensor: Tensor;
  readonly classes: readonly unknown[];
  readonly lossFunc = new BCEWithLogitsFlat();
  readonly #labelDelim: string | undefined;

  /**
   * @param classes those of the training items; learned where not given
   * @throws DataError for a missing label, and for one that is neither
   */
  constructor(
    source: LabelSource,
    { labelDelim }: LabelOptions = {},
    classes?: readonly unknown[],
  ) {
    this.#labelDelim = labelDelim;
    const { name, values } = onlyColumn('MultiCategoryList', source);
    const labels = source.rows.map((row) => categoriesOf(name, row, values[row], labelDelim));
    this.classes = classes ?? sortedClasses(labels.flat());
    const numbers = numberClasses(this.classes);
    const cells = new Float32Array(labels.length * this.c);
    const unknown = new Set<unknown>();
    for (const [item, categories] of labels.entries()) {
      for (const category of categories) {
        const place = numbers.get(category);
        if (place === undefined) unknown.add(category);
        else cells[item * this.c + place] = 1;
      }
    }
    if (unknown.size > 0) {
      emitWarning(
        `column '${name}': categories are left out that no training item has: ` +
          [...unknown].join(', '),
      );
    }
    this.tensor = fromTypedArray(cells).reshape([labels.length, this.c]);
  }

  get c(): number {
    return this.classes.length;
  }

  get(index: number): Category[] {
    const cells = tidy(() => this.tensor.select(0, index).toArray()) as number[];
    return this.classes.flatMap((obj, place) =>
      cells[place] === 1 ? [new Category(place, obj)] : [],
    );
  }

  like(source: LabelSource): OtherLabels {
    const labelDelim = this.#labelDelim;
    const options = labelDelim === undefined ? {} : { labelDelim };
    return { labels: new MultiCategoryList(source, options, this.classes), rows: source.rows };
  }

  empty(count: number): Tensor {
    return torch.zeros([count, this.c]);
  }

  /** The categories of each, with `;` between them. */
  texts(targets: Tensor): readonly string[] {
    return (targets.toArray() as number[][]).map((cells) =>
      this.classes.filter((_, place) => cells[place] === 1).join(';'),
    );
  }

  exportState(): LabelState {
    const { classes } = this;
    return { kind: 'MultiCategoryList', classes, labelDelim: this.#labelDelim ?? null };
  }
}

function categoriesOf(name: string, row: number, label: unknown, delim?: string): unknown[] {
  if (Array.isArray(label)) return label;
  if (typeof label === 'string' && delim !== undefined) {
    return label === '' ? [] : label.split(delim);
  }
  const expected = delim === undefined ? 'an array of categories' : 'a text of categories';
  throw labelError(name, row, expected, label);
}
