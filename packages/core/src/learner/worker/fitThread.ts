import type { Worker } from 'node:worker_threads';
import { discardPacked, unpackTensors } from '../../tensor/transfer.js';
import {
  type ErrorMessage,
  errorOfMessage,
  messageOfError,
  withWorkerStack,
} from '../../threads/errorMessage.js';
import { restoreNumThreads, startWorker } from '../../threads/startWorker.js';
import type { ProgressListener } from '../progress/index.js';
import type { FitAbort, FitMessage, FitStart } from './messages.js';

/** What went wrong in a worker of `fitInWorker`. Its stack includes the worker's. */
export class WorkerFitError extends Error {
  override readonly name = 'WorkerFitError';
}

export interface FitListeners {
  readonly onProgress?: ProgressListener | undefined;
  readonly onPublish?: ((value: unknown) => unknown) | undefined;
}

type Outcome = { readonly packed: unknown } | { readonly error: unknown };

/** The worker thread of one fit, seen by the thread that started it. */
export class FitThread {
  readonly #worker: Worker;
  readonly #listeners: FitListeners;
  readonly #grace: number;
  readonly #exit: Promise<void>;
  /** The first one counts. */
  #outcome: Outcome | undefined;
  #hasEnded = false;
  #terminator: NodeJS.Timeout | undefined;

  /** @param grace milliseconds that an aborted fit has to end by itself */
  constructor(start: FitStart, listeners: FitListeners, grace: number) {
    this.#listeners = listeners;
    this.#grace = grace;
    try {
      this.#worker = startWorker(new URL('./entry.js', import.meta.url), start);
    } catch (error) {
      discardPacked(start.parts);
      throw error;
    }
    this.#worker.on('message', (message: FitMessage) => this.#receive(message));
    const fail = (error: unknown) => this.#settle({ error: failureOf(messageOfError(error)) });
    this.#worker.on('messageerror', fail);
    this.#worker.on('error', fail);
    this.#exit = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#hasEnded = true;
        clearTimeout(this.#terminator);
        // What it has not claimed.
        discardPacked(start.parts);
        const early = `the worker thread has ended before its fit, with code ${code}`;
        this.#settle({ error: new WorkerFitError(early) });
        resolve();
      });
    });
  }

  /**
   * Waits until the thread has ended.
   * @throws WorkerFitError for an error there, what {@link abort} was given
   */
  async result(): Promise<unknown> {
    await this.#exit;
    const outcome = this.#outcome as Outcome;
    if ('error' in outcome) throw outcome.error;
    return unpackTensors(outcome.packed);
  }

  /** Lets the fit end between two batches, or by force when that takes too long. */
  abort(reason: unknown): void {
    if (this.#hasEnded || this.#terminator !== undefined) return;
    this.#settle({ error: reason });
    const message: FitAbort = { abort: messageOfError(reason) };
    this.#worker.postMessage(message);
    this.#terminator = setTimeout(() => void this.#worker.terminate(), this.#grace);
  }

  #receive(message: FitMessage): void {
    const { onProgress, onPublish } = this.#listeners;
    switch (message.kind) {
      case 'started':
        restoreNumThreads();
        return;
      case 'progress':
        void this.#tell(() => onProgress?.(message.event));
        return;
      case 'published':
        if (onPublish === undefined) discardPacked(message.value);
        else void this.#tell(() => onPublish(unpackTensors(message.value)));
        return;
      case 'result':
        this.#settle({ packed: message.value });
        return;
      case 'failed':
        this.#settle({ error: failureOf(message.error) });
    }
  }

  /** A listener's error ends the fit. */
  async #tell(listener: () => unknown): Promise<void> {
    try {
      await listener();
    } catch (error) {
      if (this.#hasEnded) throw error;
      this.abort(error);
    }
  }

  #settle(outcome: Outcome): void {
    if (this.#outcome === undefined) this.#outcome = outcome;
    else if ('packed' in outcome) discardPacked(outcome.packed);
    else return;
  }
}

function failureOf(thrown: ErrorMessage): WorkerFitError {
  const cause = errorOfMessage(thrown);
  const message = `in the worker thread: ${thrown.name}: ${thrown.message}`;
  return withWorkerStack(new WorkerFitError(message, { cause }), thrown);
}
