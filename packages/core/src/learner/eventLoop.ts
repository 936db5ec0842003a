import { setImmediate } from 'node:timers/promises';
import type { BatchSource } from '../data/batches.js';
import { tidy } from '../tensor/scope.js';

/** For how long a fit keeps the event loop waiting, in milliseconds, if its batches allow. */
const patience = 10;

/** Lets the event loop run now and then, so that servers answer and abort signals are seen. */
export class Pace {
  #last = performance.now();

  get isRestDue(): boolean {
    return performance.now() - this.#last > patience;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#last = performance.now();
  }
}

export interface BatchLoopOptions {
  readonly pace?: Pace;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Calls `step` once for each batch of an epoch, inside a scope of its own, in which `take` makes
 * the batch. Between batches the event loop may run.
 * @param step returns true to leave out the other batches
 * @throws the signal's reason when it is aborted
 */
export async function forEachBatch<B>(
  source: BatchSource<B>,
  step: (take: () => B) => boolean,
  { pace = new Pace(), signal }: BatchLoopOptions = {},
): Promise<void> {
  const iterator = source.batches();
  const take = () => iterator.take();
  try {
    for (;;) {
      if (pace.isRestDue) await pace.rest();
      const ready = iterator.ready();
      if (!(typeof ready === 'boolean' ? ready : await unlessAborted(ready, signal))) return;
      signal?.throwIfAborted();
      if (tidy(() => step(take))) return;
    }
  } finally {
    await iterator.close();
  }
}

/** Waits, but no longer than until the signal is aborted: then it throws the signal's reason. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
