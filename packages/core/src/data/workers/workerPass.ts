import { discardPacked, unpackTensors } from '../../tensor/transfer.js';
import { type Tasks, takenTooOften } from '../tasks.js';
import { WorkerError, workerError } from './error.js';
import type { Order, Reply } from './messages.js';
import type { PoolUser, WorkerPool } from './pool.js';
import type { Thread } from './thread.js';

export type WorkerTask = (Order & object)['task'];

export interface PassOptions {
  readonly seed: bigint;
  /** Batches that each worker reads ahead. */
  readonly prefetchFactor: number;
  /** Seconds to wait for a batch; 0: any time. */
  readonly timeout: number;
  /** What to do with the pool in the end. */
  readonly release: (pool: WorkerPool) => Promise<void>;
}

/** A batch that was ordered. */
interface Slot {
  readonly worker: number;
  readonly number: number;
  outcome?: Reply['outcome'];
}

/**
 * One pass over a dataset by worker threads. Batches are ordered from the workers in turn and
 * given out in that order.
 */
export class WorkerPass implements PoolUser {
  readonly #pool: WorkerPool;
  readonly #tasks: Tasks<WorkerTask>;
  readonly #options: PassOptions;
  readonly #pass: number;
  /** Ordered and not yet taken, the next one first. */
  readonly #slots: Slot[] = [];
  /** Workers whose stream has not ended, in turn. */
  readonly #active: number[];
  #ordered = 0;
  /** Called when a worker has replied or ended, or the pass does. */
  #changed: () => void = () => {};
  #waiting: Promise<boolean> | undefined;
  #isClosed = false;
  #closing: Promise<void> | undefined;

  constructor(pool: WorkerPool, tasks: Tasks<WorkerTask>, options: PassOptions) {
    this.#pool = pool;
    this.#tasks = tasks;
    this.#options = options;
    this.#active = pool.threads.map((thread) => thread.id);
    this.#pass = pool.begin(this);
  }

  ready(): boolean | Promise<boolean> {
    if (this.#isClosed) return false;
    this.#order();
    const head = this.#slots[0];
    if (head === undefined) {
      void this.close();
      return false;
    }
    const { outcome } = head;
    if (outcome === undefined) {
      this.#waiting ??= this.#wait(head);
      return this.#waiting;
    }
    if (outcome.kind === 'batch') return true;
    if (outcome.kind === 'failed') return this.#fail(workerError(head.worker, outcome.error));
    this.#slots.shift();
    const ended = this.#active.indexOf(head.worker);
    if (ended >= 0) this.#active.splice(ended, 1);
    return this.ready();
  }

  take(): unknown {
    const { outcome } = this.#slots[0] ?? {};
    if (outcome?.kind !== 'batch') throw takenTooOften();
    this.#slots.shift();
    return unpackTensors(outcome.batch);
  }

  close(): Promise<void> {
    if (this.#closing === undefined) {
      this.#isClosed = true;
      this.#closing = this.#end();
    }
    return this.#closing;
  }

  replied({ slot, outcome }: Reply): void {
    const waiting = this.#slots.find(({ number }) => number === slot);
    if (waiting !== undefined) waiting.outcome = outcome;
    else discardBatch(outcome);
    this.#changed();
  }

  failed(): void {
    this.#changed();
  }

  /** Orders batches until every worker has enough to do. */
  #order(): void {
    const { prefetchFactor, seed } = this.#options;
    const taken = this.#slots[0]?.outcome === undefined ? 0 : 1;
    const most = taken + prefetchFactor * this.#pool.threads.length;
    while (this.#slots.length < most && this.#active.length > 0 && this.#tasks.hasNext()) {
      const worker = this.#active.shift() as number;
      this.#active.push(worker);
      const number = this.#ordered++;
      this.#slots.push({ worker, number });
      this.#pool.send(worker, { pass: this.#pass, slot: number, task: this.#tasks.next(), seed });
    }
  }

  async #wait(head: Slot): Promise<boolean> {
    const { timeout } = this.#options;
    const thread = this.#pool.threads[head.worker] as Thread;
    const isOver = () =>
      head.outcome !== undefined || thread.failure !== undefined || this.#isClosed;
    await this.#pool.holdWhile(this.#until(isOver, 1000 * timeout));
    this.#waiting = undefined;
    if (head.outcome !== undefined || this.#isClosed) return this.ready();
    if (thread.failure !== undefined) return this.#fail(thread.failure);
    thread.terminate();
    return this.#fail(new WorkerError(thread.id, `no batch within the timeout of ${timeout} s`));
  }

  /** @param ms after which the wait is over in any case; 0: never */
  #until(isOver: () => boolean, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === 0 ? undefined : setTimeout(resolve, ms);
      this.#changed = () => {
        if (!isOver()) return;
        clearTimeout(timer);
        resolve();
      };
      this.#changed();
    });
  }

  async #fail(error: WorkerError): Promise<never> {
    await this.close();
    throw error;
  }

  async #end(): Promise<void> {
    this.#tasks.close();
    this.#pool.cancel();
    for (const { outcome } of this.#slots.splice(0)) discardBatch(outcome);
    this.#changed();
    await this.#options.release(this.#pool);
  }
}

function discardBatch(outcome: Reply['outcome'] | undefined): void {
  if (outcome?.kind === 'batch') discardPacked(outcome.batch);
}
