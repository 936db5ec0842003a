import type { ErrorMessage } from '../../threads/errorMessage.js';
import type { Task } from '../reader.js';

/** What a worker starts with. */
export interface WorkerStart {
  readonly id: number;
  readonly numWorkers: number;
  readonly seed: bigint;
  /** The packed description of {@link WorkerParts}. */
  readonly parts: unknown;
  /** One number: the pass that is going on. Batches of another one are not read. */
  readonly pass: Int32Array;
}

/** A batch to be read; null: the worker's end. */
export type Order = {
  readonly pass: number;
  readonly slot: number;
  readonly task: Exclude<Task, object> | readonly number[];
  /** The seed of the pass. The batch's own is this plus `slot`. */
  readonly seed: bigint;
} | null;

/** What comes back for an order: the packed batch, that the stream has ended, or an error. */
export interface Reply {
  readonly pass: number;
  readonly slot: number;
  readonly outcome:
    | { readonly kind: 'batch'; readonly batch: unknown }
    | { readonly kind: 'ended' }
    | { readonly kind: 'skipped' }
    | { readonly kind: 'failed'; readonly error: ErrorMessage };
}

/** What a worker says: that it has started, could not start, or a reply. */
export type WorkerMessage = 'started' | { readonly startFailed: ErrorMessage } | Reply;
