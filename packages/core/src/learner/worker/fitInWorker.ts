import { getNumThreads } from '../../configuration.js';
import { describeForWorker, describeSource } from '../../data/workers/inWorkers.js';
import { checkSize } from '../../nn/checks.js';
import { checkOptions } from '../../tensor/options.js';
import { packTensors } from '../../tensor/transfer.js';
import type { ProgressListener } from '../progress/index.js';
import type { FitArgs, FitContext, FitFunction, FitPublished } from './fitContext.js';
import { FitThread } from './fitThread.js';

export interface FitInWorkerOptions<Args = unknown, Published = unknown> {
  /** The name of the function in its module. Default 'default'. */
  readonly export?: string;
  /**
   * What the function gets as `args`. It crosses by structured clone, tensors in it without a copy,
   * so that both threads see their data; datasets as `inWorkers` says.
   */
  readonly args?: Args;
  /** Is told of each epoch, and of batches as `ProgressCallback` tells of them. */
  readonly onProgress?: ProgressListener;
  /** Gets what the function publishes. Tensors in it are the listener's to dispose of. */
  readonly onPublish?: (value: Published) => void;
  /** Ends the fit between two batches; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /**
   * Threads that one operator may use in the worker. Default: one less than in this thread, but at
   * least 1, so that this thread keeps a core for itself.
   */
  readonly threads?: number;
  /**
   * How much the worker's threads give way to this one where there are not processors for all, from
   * 0 to 19, as in `nice`. Has an effect on Linux only. Default 10.
   */
  readonly nice?: number;
  /** Milliseconds in which an aborted fit has to end before it is terminated. Default 10,000. */
  readonly grace?: number;
}

const optionNames = [
  'export',
  'args',
  'onProgress',
  'onPublish',
  'signal',
  'threads',
  'nice',
  'grace',
] as const satisfies readonly (keyof FitInWorkerOptions)[];

/**
 * Trains in a worker thread: starts one, imports a module there and calls its function, which may be
 * async, with a {@link FitContext}. `fitInWorker<typeof import('./train.js').default>(…)` knows the
 * types of arguments, of what is published and of the result.
 *
 * The worker has a default random generator of its own. When the call settles it has ended, also
 * where timers or sockets of the function were left open.
 * @param module a URL or an absolute path: `new URL('./train.js', import.meta.url)`
 * @returns the function's result; tensors in it have crossed without a copy, and are the caller's
 * @throws WorkerFitError for an error in the worker, or a worker that ends early; the signal's
 * reason; the error of a listener; TypeError for arguments that cannot cross
 */
export async function fitInWorker<Fit extends FitFunction = (context: FitContext) => unknown>(
  module: string | URL,
  options: FitInWorkerOptions<FitArgs<Fit>, FitPublished<Fit>> = {},
): Promise<Awaited<ReturnType<Fit>>> {
  checkOptions('fitInWorker', options, optionNames);
  const { onProgress, onPublish, signal, nice = 10, grace = 10_000 } = options;
  const threads = options.threads ?? Math.max(1, getNumThreads() - 1);
  checkSize('fitInWorker', 'threads', threads, 1);
  checkSize('fitInWorker', 'nice', nice);
  signal?.throwIfAborted();
  const parts = {
    fit: describeSource('fitInWorker', { module, export: options.export }),
    args: describeForWorker(options.args),
  };
  const listeners = { onProgress, onPublish: onPublish as (value: unknown) => void };
  const thread = new FitThread({ parts: packTensors(parts), threads, nice }, listeners, grace);
  const abort = () => thread.abort(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return (await thread.result()) as Awaited<ReturnType<Fit>>;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}
