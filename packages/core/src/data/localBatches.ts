import { tidy } from '../tensor/scope.js';
import type { BatchIterator } from './batches.js';
import type { Reader, Task } from './reader.js';
import type { Tasks } from './tasks.js';

/** Batches of a dataset with indices, read in this thread when they are taken. */
export class LocalBatches<Batch> implements BatchIterator<Batch> {
  readonly #tasks: Tasks<Task>;
  readonly #reader: Reader;

  constructor(tasks: Tasks<Task>, reader: Reader) {
    this.#tasks = tasks;
    this.#reader = reader;
  }

  ready(): boolean {
    return this.#tasks.hasNext();
  }

  take(): Batch {
    return tidy(() => this.#reader.read(this.#tasks.next(), (batch) => batch)) as Batch;
  }

  close(): void {
    this.#tasks.close();
  }
}
