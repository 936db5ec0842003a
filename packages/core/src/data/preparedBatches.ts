import { tidy } from '../tensor/scope.js';
import type { BatchIterator } from './batches.js';
import type { Dataset } from './dataset.js';
import type { Reader } from './reader.js';
import { type Tasks, takenTooOften } from './tasks.js';
import type { WorkerTask } from './workers/workerPass.js';

/** What the items of a task take that must be waited for, in order. */
export function prepareAll(dataset: Dataset<unknown>, task: WorkerTask): Promise<unknown[]> {
  const indices = typeof task === 'object' && task !== null ? task : [task as number];
  return Promise.all(indices.map((index) => dataset.prepare?.(index)));
}

interface Prepared {
  readonly task: WorkerTask;
  readonly parts: Promise<readonly unknown[]>;
  /** There once they have come. */
  come?: readonly unknown[];
}

/** Batches whose items are prepared ahead, and made in this thread when they are taken. */
export class PreparedBatches<Batch> implements BatchIterator<Batch> {
  readonly #tasks: Tasks<WorkerTask>;
  readonly #reader: Reader;
  readonly #dataset: Dataset<unknown>;
  readonly #ahead: number;
  /** Begun and not yet taken, the next one first. */
  readonly #begun: Prepared[] = [];

  /** @param options `prefetchFactor`: batches that are prepared while another one is in use */
  constructor(
    tasks: Tasks<WorkerTask>,
    reader: Reader,
    options: { readonly dataset: Dataset<unknown>; readonly prefetchFactor: number },
  ) {
    this.#tasks = tasks;
    this.#reader = reader;
    this.#dataset = options.dataset;
    this.#ahead = options.prefetchFactor;
  }

  ready(): boolean | Promise<boolean> {
    while (this.#begun.length < this.#ahead && this.#tasks.hasNext()) this.#begin();
    const [next] = this.#begun;
    if (next === undefined) return false;
    return next.come !== undefined || this.#wait(next);
  }

  take(): Batch {
    const { task, come } = this.#begun[0] ?? {};
    if (come === undefined) throw takenTooOften();
    this.#begun.shift();
    if (this.#tasks.hasNext()) this.#begin();
    return tidy(() => this.#reader.read(task as WorkerTask, (batch) => batch, come)) as Batch;
  }

  close(): void {
    this.#begun.length = 0;
    this.#tasks.close();
    this.#reader.close();
  }

  #begin(): void {
    const task = this.#tasks.next();
    const parts = prepareAll(this.#dataset, task);
    // Whether it failed is asked when its turn comes.
    parts.catch(() => {});
    this.#begun.push({ task, parts });
  }

  async #wait(next: Prepared): Promise<boolean> {
    try {
      next.come = await next.parts;
    } catch (error) {
      this.close();
      throw error;
    }
    return this.#begun[0] === next;
  }
}
