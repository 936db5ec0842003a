import { mapStructure } from '../tensor/mapStructure.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import {
  type AnyDataset,
  type Dataset,
  type IterableDataset,
  isIndexed,
  itemsAt,
} from './dataset.js';
import { indexTensor } from './indices.js';

/** How batches are made of a dataset. */
export interface Recipe<Item> {
  readonly dataset: AnyDataset<Item>;
  /** Items in a batch of a stream; null where every item is one by itself. */
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  /** Takes the items of a batch, or one item. Null: the dataset's own `getBatch`. */
  readonly collate: ((items: never) => unknown) | null;
  readonly pinMemory: boolean;
}

/** The index of an item or those of a batch; null for what comes next in a stream. */
export type Task = number | readonly number[] | Tensor | null;

/** What a reader gives when the stream has ended. */
export const ended: unique symbol = Symbol('ended');

/** Reads batches, one for each call. */
export interface Reader {
  /**
   * @param finish is given the batch; tensors that are not in what it returns are freed
   * @param prepared of each item, where the dataset prepares them
   */
  read<Result>(
    task: Task,
    finish: (batch: unknown) => Result,
    prepared?: readonly unknown[],
  ): Result | typeof ended;
  close(): void;
}

export function readerOf<Item>(recipe: Recipe<Item>): Reader {
  const { dataset } = recipe;
  return isIndexed(dataset) ? new IndexReader(dataset, recipe) : new StreamReader(dataset, recipe);
}

class IndexReader<Item> implements Reader {
  readonly #dataset: Dataset<Item>;
  readonly #recipe: Recipe<Item>;

  constructor(dataset: Dataset<Item>, recipe: Recipe<Item>) {
    this.#dataset = dataset;
    this.#recipe = recipe;
  }

  read<Result>(
    task: Task,
    finish: (batch: unknown) => Result,
    prepared?: readonly unknown[],
  ): Result {
    return tidy(() => finish(pinned(this.#batch(task, prepared), this.#recipe.pinMemory)));
  }

  #batch(task: Task, prepared: readonly unknown[] | undefined): unknown {
    const { collate } = this.#recipe;
    if (collate === null) {
      return this.#dataset.getBatch?.(
        task instanceof Tensor ? task : indexTensor(task as readonly number[]),
      );
    }
    const items = Array.isArray(task)
      ? itemsAt(this.#dataset, task, prepared)
      : this.#dataset.get(task as number, prepared?.[0]);
    return collate(items as never);
  }

  close(): void {}
}

class StreamReader<Item> implements Reader {
  readonly #items: Iterator<Item>;
  readonly #recipe: Recipe<Item>;
  #done = false;

  constructor(dataset: IterableDataset<Item>, recipe: Recipe<Item>) {
    this.#items = dataset[Symbol.iterator]();
    this.#recipe = recipe;
  }

  read<Result>(_task: Task, finish: (batch: unknown) => Result): Result | typeof ended {
    const { batchSize, dropLast, collate } = this.#recipe;
    // Not in a scope of ours: a generator may use its tensors again for the next item.
    const items = this.#pull(batchSize ?? 1);
    if (items.length === 0 || (dropLast && this.#done)) return ended;
    const taken = batchSize === null ? items[0] : items;
    return tidy(() => finish(pinned(collate?.(taken as never), this.#recipe.pinMemory)));
  }

  #pull(count: number): Item[] {
    const items: Item[] = [];
    while (!this.#done && items.length < count) {
      const next = this.#items.next();
      if (next.done) this.#done = true;
      else items.push(next.value);
    }
    return items;
  }

  close(): void {
    if (!this.#done) this.#items.return?.();
    this.#done = true;
  }
}

function pinned(batch: unknown, pinMemory: boolean): unknown {
  if (!pinMemory) return batch;
  return mapStructure(batch, (part) => (part instanceof Tensor ? part.pinMemory() : undefined));
}
