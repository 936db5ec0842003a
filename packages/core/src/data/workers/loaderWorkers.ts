import type { BatchIterator } from '../batches.js';
import type { Recipe } from '../reader.js';
import type { Tasks } from '../tasks.js';
import { describeForWorker } from './inWorkers.js';
import { WorkerPool } from './pool.js';
import { WorkerBatches } from './workerBatches.js';
import type { WorkerTask } from './workerPass.js';

/** A loader's options for its workers. */
export interface WorkersOptions {
  readonly numWorkers: number;
  readonly prefetchFactor: number;
  readonly timeout: number;
  readonly persistentWorkers: boolean;
  readonly workerInit: ((id: number) => void) | null;
}

/** Ends the threads of loaders that were forgotten. */
const forgotten = new FinalizationRegistry<WorkerPool>((pool) => void pool.end());

/** The worker threads of a loader: begun for a pass, or kept from one to the next. */
export class LoaderWorkers {
  readonly #options: WorkersOptions;
  readonly #parts: unknown;
  #idle: WorkerPool | undefined;
  #closed = false;

  /** @throws TypeError when a part of the recipe cannot be made in another thread */
  constructor(recipe: Recipe<unknown>, options: WorkersOptions) {
    this.#options = options;
    this.#parts = describeForWorker({ ...recipe, workerInit: options.workerInit });
  }

  begin<Batch>(tasks: Tasks<WorkerTask>, seed: bigint): BatchIterator<Batch> {
    const { numWorkers, prefetchFactor, timeout } = this.#options;
    const pool = this.#takeIdle() ?? new WorkerPool(numWorkers, this.#parts, seed);
    const release = (used: WorkerPool) => this.#release(used);
    return new WorkerBatches(pool, tasks, { seed, prefetchFactor, timeout, release });
  }

  /** Ends the threads that are kept. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#takeIdle()?.end();
  }

  #takeIdle(): WorkerPool | undefined {
    const idle = this.#idle;
    this.#idle = undefined;
    forgotten.unregister(this);
    return idle?.isAlive ? idle : undefined;
  }

  async #release(pool: WorkerPool): Promise<void> {
    const keep =
      this.#options.persistentWorkers && !this.#closed && this.#idle === undefined && pool.isAlive;
    if (!keep) return pool.end();
    this.#idle = pool;
    forgotten.register(this, pool, this);
  }
}
