import type { Tensor } from '../tensor/tensor.js';

/** Items that are found by their index. Any object with these members will do. */
export abstract class Dataset<Item> {
  /** Number of items. */
  abstract readonly length: number;

  /** @param index from 0 to `length` - 1; other kinds of keys when the sampler gives such. */
  abstract get(index: number): Item;

  /** The items of a batch, where they are read faster together than one by one. */
  getItems?(indices: readonly number[]): Item[];

  /**
   * A collated batch at once, where there is a faster way than to collate items. A `DataLoader`
   * without a `collate` of its own uses it.
   * @param indices int64[batch size], on the CPU
   */
  getBatch?(indices: Tensor): unknown;
}

/** Items that come one after another, from a stream for instance. */
export abstract class IterableDataset<Item> implements Iterable<Item> {
  /** Number of items, where it is known. */
  readonly length?: number;

  abstract [Symbol.iterator](): Iterator<Item>;
}

/** Either kind of dataset. */
export type AnyDataset<Item> = Dataset<Item> | IterableDataset<Item>;

/** Are its items found by index? */
export function isIndexed<Item>(dataset: AnyDataset<Item>): dataset is Dataset<Item> {
  return typeof (dataset as Partial<Dataset<Item>>).get === 'function';
}
