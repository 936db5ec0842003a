import { keep, tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { BatchSampler } from './batchSampler.js';
import type { OrderSampler } from './sampler.js';

/** What is to be read for the batches of a pass, one after another. */
export interface Tasks<Task> {
  hasNext(): boolean;
  next(): Task;
  close(): void;
}

/** The tasks that a sampler gives. */
export class SampledTasks<Task> implements Tasks<Task> {
  readonly #iterator: Iterator<Task>;
  #next: IteratorResult<Task> | undefined;

  constructor(sampler: Iterable<Task>) {
    this.#iterator = sampler[Symbol.iterator]();
  }

  hasNext(): boolean {
    this.#next ??= this.#iterator.next();
    return !this.#next.done;
  }

  next(): Task {
    if (!this.hasNext()) throw takenTooOften();
    const task = this.#next?.value as Task;
    this.#next = undefined;
    return task;
  }

  close(): void {
    if (this.#next?.done) return;
    this.#next = { done: true, value: undefined };
    this.#iterator.return?.();
  }
}

/** Slices of an order that was drawn at once. */
export class OrderTasks implements Tasks<Tensor> {
  readonly #sampler: OrderSampler;
  readonly #batchSize: number;
  #left: number;
  #position = 0;
  #order: Tensor | undefined;

  constructor(sampler: OrderSampler, batches: BatchSampler) {
    this.#sampler = sampler;
    this.#batchSize = batches.batchSize;
    this.#left = batches.length;
  }

  hasNext(): boolean {
    if (this.#left === 0) this.close();
    else this.#order ??= keep(tidy(() => this.#sampler.order()));
    return this.#left > 0;
  }

  next(): Tensor {
    if (!this.hasNext() || this.#order === undefined) throw takenTooOften();
    const start = this.#position;
    const size = Math.min(this.#batchSize, this.#order.length - start);
    this.#position += size;
    this.#left--;
    return this.#order.narrow(0, start, size);
  }

  close(): void {
    this.#left = 0;
    this.#order?.dispose();
    this.#order = undefined;
  }
}

/** The error of a `take()` for which there is no batch. */
export function takenTooOften(): RangeError {
  return new RangeError('take() was called without a batch that is ready; ask ready() first');
}

/** The tasks of a stream: what comes next, without end. */
export const streamTasks: Tasks<null> = { hasNext: () => true, next: () => null, close: () => {} };
