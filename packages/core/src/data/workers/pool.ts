import { discardPacked, packTensors } from '../../tensor/transfer.js';
import { restoreNumThreads } from '../../threads/startWorker.js';
import type { Order, Reply } from './messages.js';
import { Thread } from './thread.js';

/** How long threads may finish what they are at, in milliseconds, before they are terminated. */
const grace = 5000;

/** Who the replies of a pool are for. */
export interface PoolUser {
  replied(reply: Reply): void;
  /** A thread does not answer any more. */
  failed(): void;
}

/** The worker threads of a loader, for one pass at a time. */
export class WorkerPool {
  readonly threads: readonly Thread[];
  readonly #pass = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  #user: PoolUser | undefined;
  #holds = 0;

  /** @param parts described for a worker */
  constructor(numWorkers: number, parts: unknown, seed: bigint) {
    const listener = {
      started: restoreNumThreads,
      replied: (reply: Reply) => this.#deliver(reply),
      failed: () => this.#user?.failed(),
    };
    // What cannot be sent is found before the first thread begins.
    const packed = Array.from({ length: numWorkers }, () => packTensors(parts));
    this.threads = packed.map((own, id) => {
      const start = { id, numWorkers, seed, parts: own, pass: this.#pass };
      return new Thread(start, listener);
    });
  }

  /** Begins a pass. @returns its number. */
  begin(user: PoolUser): number {
    this.#user = user;
    return Atomics.add(this.#pass, 0, 1) + 1;
  }

  /** Lets the threads skip what is left of the pass, and frees what still comes of it. */
  cancel(): void {
    Atomics.add(this.#pass, 0, 1);
    this.#user = undefined;
  }

  send(worker: number, order: Order): void {
    this.threads[worker]?.send(order);
  }

  /** Do all threads still run? */
  get isAlive(): boolean {
    return this.threads.every((thread) => thread.failure === undefined);
  }

  /** The threads keep the process alive until `wait` settles. */
  async holdWhile<T>(wait: Promise<T>): Promise<T> {
    if (this.#holds++ === 0) for (const thread of this.threads) thread.ref();
    try {
      return await wait;
    } finally {
      if (--this.#holds === 0) for (const thread of this.threads) thread.unref();
    }
  }

  #deliver(reply: Reply): void {
    if (reply.pass === Atomics.load(this.#pass, 0)) this.#user?.replied(reply);
    else if (reply.outcome.kind === 'batch') discardPacked(reply.outcome.batch);
  }

  /** Ends the threads, after what they are at, and by force when that takes too long. */
  async end(): Promise<void> {
    for (const thread of this.threads) thread.send(null);
    const timer = setTimeout(() => {
      for (const thread of this.threads) thread.terminate();
    }, grace);
    await this.holdWhile(Promise.all(this.threads.map((thread) => thread.exit)));
    clearTimeout(timer);
  }
}
