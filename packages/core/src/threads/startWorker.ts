import { Worker } from 'node:worker_threads';
import { getNumThreads, setNumThreads } from '../configuration.js';

/** A worker would inherit --input-type, which does not go with a file. */
const isEvaluated = process.execArgv.some((option) => option.startsWith('--input-type'));

/** Starts a worker thread. What it needs for its beginning is its `workerData`. */
export function startWorker(entry: URL, workerData: unknown): Worker {
  // The number of threads of this one is fixed before the worker sets its own.
  getNumThreads();
  return new Worker(entry, { workerData, execArgv: isEvaluated ? [] : undefined });
}

/**
 * To be called when a worker has set its own number of threads: those that begin later, in libtorch
 * too, would have the worker's.
 */
export function restoreNumThreads(): void {
  setNumThreads(getNumThreads());
}
