import { emitWarning } from 'node:process';
import { CrossEntropyFlat } from '../learner/flatLosses.js';
import { fromTypedArray } from '../tensor/create.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { torch } from '../torch.js';
import { Category } from './category.js';
import { numberClasses, sortedClasses } from './classes.js';
import {
  isMissing,
  type LabelList,
  type LabelOptions,
  type LabelSource,
  type LabelState,
  labelError,
  type OtherLabels,
  onlyColumn,
} from './labelList.js';

/** One of several classes for each item, int64 `[n]`; the classes are those of the training items. */
export class CategoryList implements LabelList {
  readonly tensor: Tensor;
  readonly classes: readonly unknown[];
  readonly lossFunc = new CrossEntropyFlat();

  /**
   * @param classes those of the training items; learned where not given
   * @throws DataError for a missing label
   * @throws RangeError for fewer than two classes
   */
  constructor(source: LabelSource, _options: LabelOptions = {}, classes?: readonly unknown[]) {
    const { name, values } = onlyColumn('CategoryList', source);
    const labels = source.rows.map((row) => {
      if (isMissing(values[row])) throw labelError(name, row, 'a category', values[row]);
      return values[row];
    });
    this.classes = classes ?? sortedClasses(labels);
    if (this.classes.length < 2) {
      const found = this.classes.join(', ');
      throw new RangeError(`column '${name}': expected at least two categories, got ${found}`);
    }
    const numbers = numberClasses(this.classes);
    const codes = labels.map((label) => BigInt(numbers.get(label) as number));
    this.tensor = fromTypedArray(BigInt64Array.from(codes));
  }

  get c(): number {
    return this.classes.length;
  }

  get(index: number): Category {
    const place = tidy(() => Number(this.tensor.select(0, index).item()));
    return new Category(place, this.classes[place]);
  }

  /** Leaves out, with a warning, items of classes that the training items do not have. */
  like(source: LabelSource): OtherLabels {
    const { name, values } = onlyColumn('CategoryList', source);
    const numbers = numberClasses(this.classes);
    const isKnown = (row: number) => isMissing(values[row]) || numbers.has(values[row]);
    const rows = source.rows.filter(isKnown);
    if (rows.length < source.rows.length) {
      const unknown = new Set(source.rows.filter((row) => !isKnown(row)).map((row) => values[row]));
      emitWarning(
        `column '${name}': ${source.rows.length - rows.length} items are left out whose category ` +
          `no training item has: ${[...unknown].join(', ')}`,
      );
    }
    return { labels: new CategoryList({ columns: source.columns, rows }, {}, this.classes), rows };
  }

  empty(count: number): Tensor {
    return torch.zeros([count], { dtype: 'int64' });
  }

  texts(targets: Tensor): readonly string[] {
    return (targets.toArray() as unknown[]).map((place) => `${this.classes[Number(place)]}`);
  }

  exportState(): LabelState {
    return { kind: 'CategoryList', classes: this.classes };
  }
}
