import type { Tensor } from '../tensor/tensor.js';

/** Items that are found by their index. Any object with these members will do. */
export abstract class Dataset<Item> {
  /** Number of items. */
  abstract readonly length: number;

  /**
   * @param index from 0 to `length` - 1
   * @param prepared what {@link prepare} has given for this index, where the dataset has it
   */
  abstract get(index: number, prepared?: unknown): Item;

  /**
   * What an item takes that must be waited for, such as the bytes of a file. A `DataLoader` asks for
   * whole batches ahead, so that it is read beside the training. Makes no tensors and draws no
   * random numbers. A dataset with this method has neither `getItems` nor `getBatch`.
   */
  prepare?(index: number): Promise<unknown>;

  /** The items of a batch, where they are read faster together than one by one. */
  getItems?(indices: readonly number[]): Item[];

  /**
   * A collated batch at once, where there is a faster way than to collate items. A `DataLoader`
   * without a `collate` of its own uses it. Draws no random numbers: the loader gives it no seed.
   * @param indices int64[batch size], on the CPU
   */
  getBatch?(indices: Tensor): unknown;
}

/**
 * Items that come one after another, from a stream for instance. It may say how many they are, in
 * `length`. Any iterable will do.
 */
export abstract class IterableDataset<Item> implements Iterable<Item> {
  abstract [Symbol.iterator](): Iterator<Item>;
}

/** Either kind of dataset. */
export type AnyDataset<Item> = Dataset<Item> | IterableDataset<Item>;

/** Are its items found by index? */
export function isIndexed<Item>(dataset: AnyDataset<Item>): dataset is Dataset<Item> {
  return typeof (dataset as Partial<Dataset<Item>>).get === 'function';
}

/** The items at indices, read together where the dataset can. */
export function itemsAt<Item>(
  dataset: Dataset<Item>,
  indices: readonly number[],
  prepared?: readonly unknown[],
): Item[] {
  if (dataset.getItems === undefined || prepared !== undefined) {
    return indices.map((index, i) => dataset.get(index, prepared?.[i]));
  }
  const items = dataset.getItems(indices);
  if (items.length === indices.length) return items;
  throw new RangeError(
    `getItems() gave ${items.length} items for the ${indices.length} indices it was asked for`,
  );
}

/** @throws RangeError unless the dataset has an item of this index */
export function checkIndex(owner: string, index: number, length: number): void {
  if (Number.isInteger(index) && index >= 0 && index < length) return;
  throw new RangeError(
    `${owner}: an index is a whole number from 0 to ${length - 1}, got ${index}`,
  );
}

/** @throws TypeError when the stream does not say how many items it has */
export function lengthOf(dataset: object): number {
  const length = 'length' in dataset ? dataset.length : undefined;
  if (typeof length === 'number') return length;
  throw new TypeError('an IterableDataset has a length only where it defines `length`');
}
