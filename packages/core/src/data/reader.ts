import { tensor } from '../tensor/create.js';
import { Tensor } from '../tensor/tensor.js';
import { type AnyDataset, type Dataset, type IterableDataset, isIndexed } from './dataset.js';

/** How batches are made of a dataset. */
export interface Recipe<Item> {
  readonly dataset: AnyDataset<Item>;
  /** Items in a batch; null where every item is one by itself. */
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** Takes the items of a batch, or one item. Null: the dataset's own `getBatch`. */
  readonly collate: ((items: never) => unknown) | null;
}

/** The index of an item or those of a batch; null for what comes next in a stream. */
export type Task = number | readonly number[] | Tensor | null;

/** What a reader gives when the stream has ended. */
export const ended: unique symbol = Symbol('ended');

/** Reads one batch. */
export type Reader = (task: Task) => unknown;

export function readerOf<Item>(recipe: Recipe<Item>): Reader {
  const { dataset } = recipe;
  return isIndexed(dataset) ? indexReader(dataset, recipe) : streamReader(dataset, recipe);
}

function indexReader<Item>(dataset: Dataset<Item>, { collate }: Recipe<Item>): Reader {
  return (task) => {
    if (collate === null) return dataset.getBatch?.(indexTensor(task));
    return collate(itemsFor(dataset, task) as never);
  };
}

function itemsFor<Item>(dataset: Dataset<Item>, task: Task): Item | Item[] {
  if (!Array.isArray(task)) return dataset.get(task as number);
  const indices = task as readonly number[];
  if (dataset.getItems === undefined) return indices.map((index) => dataset.get(index));
  const items = dataset.getItems(indices);
  if (items.length === indices.length) return items;
  throw new RangeError(
    `getItems() gave ${items.length} items for the ${indices.length} indices it was asked for`,
  );
}

function indexTensor(task: Task): Tensor {
  return task instanceof Tensor ? task : tensor(BigInt64Array.from(task as number[], BigInt));
}

function streamReader<Item>(
  dataset: IterableDataset<Item>,
  { batchSize, dropLast, collate }: Recipe<Item>,
): Reader {
  const items = dataset[Symbol.iterator]();
  let done = false;
  const pull = (): Item[] => {
    const pulled: Item[] = [];
    while (!done && pulled.length < (batchSize ?? 1)) {
      const next = items.next();
      if (next.done) done = true;
      else pulled.push(next.value);
    }
    return pulled;
  };
  return () => {
    const pulled = pull();
    if (pulled.length === 0 || (dropLast && done)) return ended;
    return collate?.((batchSize === null ? pulled[0] : pulled) as never);
  };
}
