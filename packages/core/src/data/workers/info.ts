import type { AnyDataset } from '../dataset.js';

/** What a dataset, `collate` or `workerInit` may know about the worker thread that it runs in. */
export interface WorkerInfo {
  /** From 0 to `numWorkers` - 1. */
  readonly id: number;
  readonly numWorkers: number;
  /** The seed of the pass, plus `id`. */
  readonly seed: bigint;
  /** The dataset of this worker. */
  readonly dataset: AnyDataset<unknown>;
}

let info: WorkerInfo | null = null;

/** The worker of a `DataLoader` that runs this; null in every other thread. */
export function getWorkerInfo(): WorkerInfo | null {
  return info;
}

/** Says which worker this thread is. */
export function setWorkerInfo(own: WorkerInfo): void {
  info = own;
}
