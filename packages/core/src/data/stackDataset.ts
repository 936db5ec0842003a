import { type TensorHolder, tensorsOf } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { Dataset, itemsAt } from './dataset.js';
import { tensorsOfAll } from './tensorDataset.js';
import { inWorkers } from './workers/inWorkers.js';

/** What an item of a {@link StackDataset} is: the parts' items in their places. */
export type StackedItem<Parts> = {
  -readonly [Key in keyof Parts]: Parts[Key] extends Dataset<infer Item> ? Item : never;
};

/**
 * Datasets side by side: item i holds item i of each, in an array or under their names:
 * `new StackDataset([images, texts])`, `new StackDataset({ image: images, text: texts })`.
 */
export class StackDataset<
    Parts extends readonly Dataset<unknown>[] | Readonly<Record<string, Dataset<unknown>>>,
  >
  extends Dataset<StackedItem<Parts>>
  implements TensorHolder
{
  readonly datasets: Parts;
  readonly length: number;
  /** There where all parts have it. */
  override readonly getBatch?: (indices: Tensor) => unknown;
  /** There where one of the parts has it: what each part prepares, in their order. */
  override readonly prepare?: (index: number) => Promise<unknown>;

  /** @throws RangeError when the datasets are not equally long. */
  constructor(datasets: Parts) {
    super();
    const parts = Object.values<Dataset<unknown>>(datasets);
    const [first] = parts;
    if (first === undefined) throw new TypeError('StackDataset takes at least one dataset');
    if (parts.some((part) => part.length !== first.length)) {
      throw new RangeError(
        'StackDataset: the datasets must be equally long, got ' +
          parts.map((part) => part.length).join(', '),
      );
    }
    this.datasets = datasets;
    if (new.target === StackDataset) {
      inWorkers(this, { module: import.meta.url, export: 'StackDataset', args: [datasets] });
    }
    this.length = first.length;
    if (parts.some((part) => part.prepare !== undefined)) {
      this.prepare = (index) => Promise.all(parts.map((part) => part.prepare?.(index)));
    }
    if (parts.every((part) => part.getBatch !== undefined)) {
      this.getBatch = (indices) => this.#stack((part) => part.getBatch?.(indices));
    }
  }

  override get(index: number, prepared: readonly unknown[] = []): StackedItem<Parts> {
    const ofParts = new Map(this.#parts().map((part, i) => [part, prepared[i]] as const));
    return this.#stack((part) => part.get(index, ofParts.get(part))) as StackedItem<Parts>;
  }

  override getItems(indices: readonly number[]): StackedItem<Parts>[] {
    const columns = new Map(this.#parts().map((part) => [part, itemsAt(part, indices)] as const));
    return indices.map(
      (_, i) => this.#stack((part) => columns.get(part)?.[i]) as StackedItem<Parts>,
    );
  }

  [tensorsOf](): Iterable<Tensor> {
    return tensorsOfAll(this.#parts());
  }

  #parts(): Dataset<unknown>[] {
    return Object.values<Dataset<unknown>>(this.datasets);
  }

  #stack(pick: (part: Dataset<unknown>) => unknown): unknown {
    if (Array.isArray(this.datasets)) return this.datasets.map(pick);
    const named = Object.entries<Dataset<unknown>>(this.datasets);
    return Object.fromEntries(named.map(([name, part]) => [name, pick(part)]));
  }
}
