import type { BatchIterator } from '../batches.js';
import type { Tasks } from '../tasks.js';
import type { WorkerPool } from './pool.js';
import { type PassOptions, WorkerPass, type WorkerTask } from './workerPass.js';

/** Ends the passes that were forgotten. */
const forgotten = new FinalizationRegistry<WorkerPass>((pass) => void pass.close());

/** Batches that worker threads read ahead. Forgotten ones are closed when they are collected. */
export class WorkerBatches<Batch> implements BatchIterator<Batch> {
  readonly #pass: WorkerPass;

  constructor(pool: WorkerPool, tasks: Tasks<WorkerTask>, options: PassOptions) {
    this.#pass = new WorkerPass(pool, tasks, options);
    forgotten.register(this, this.#pass, this);
  }

  ready(): boolean | Promise<boolean> {
    return this.#pass.ready();
  }

  take(): Batch {
    return this.#pass.take() as Batch;
  }

  close(): Promise<void> {
    forgotten.unregister(this);
    return this.#pass.close();
  }
}
