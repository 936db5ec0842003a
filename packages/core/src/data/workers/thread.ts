import type { Worker } from 'node:worker_threads';
import { discardPacked } from '../../tensor/transfer.js';
import { messageOfError } from '../../threads/errorMessage.js';
import { startWorker } from '../../threads/startWorker.js';
import { WorkerError, workerError } from './error.js';
import type { Order, Reply, WorkerMessage, WorkerStart } from './messages.js';

/** What a thread tells the pool. */
export interface ThreadListener {
  started(): void;
  replied(reply: Reply): void;
  /** The thread has ended or will, see `failure`. */
  failed(): void;
}

/** One worker thread. By itself it does not keep the process alive. */
export class Thread {
  readonly id: number;
  /** Settles when the thread has ended. */
  readonly exit: Promise<void>;
  /** Why it does not answer any more. */
  failure: WorkerError | undefined;
  readonly #worker: Worker;

  constructor(start: WorkerStart, listener: ThreadListener) {
    this.id = start.id;
    this.#worker = startWorker(new URL('./entry.js', import.meta.url), start);
    this.#worker.unref();
    const fail = (failure: WorkerError) => {
      this.failure ??= failure;
      listener.failed();
    };
    this.#worker.on('message', (message: WorkerMessage) => {
      if (message === 'started') listener.started();
      else if ('startFailed' in message) fail(workerError(this.id, message.startFailed));
      else listener.replied(message);
    });
    this.#worker.on('error', (error) => fail(workerError(this.id, messageOfError(error))));
    this.exit = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        fail(new WorkerError(this.id, `the thread has ended, with code ${code}`));
        // What it was sent and has not claimed.
        discardPacked(start.parts);
        resolve();
      });
    });
  }

  send(order: Order): void {
    this.#worker.postMessage(order);
  }

  ref(): void {
    this.#worker.ref();
  }

  unref(): void {
    this.#worker.unref();
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}
