import { checkOptions } from '../../tensor/options.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { FitState } from '../state.js';
import { columnNames, type EpochRow, lastRow } from './table.js';

/** How a fit goes on. Every event can be cloned, so it can be sent from a worker or as JSON. */
export type ProgressEvent =
  | {
      readonly kind: 'begin';
      /** The number of epochs. */
      readonly epochs: number;
      /** Of the table: `epoch`, `train_loss`, …, as they are printed. */
      readonly columns: readonly string[];
    }
  | {
      readonly kind: 'batch';
      /** From 0. */
      readonly epoch: number;
      /** Training, or else validation. */
      readonly train: boolean;
      /** Batches that are done, and how many there are. */
      readonly batch: number;
      readonly batches: number;
      readonly smoothLoss: number;
    }
  | ({ readonly kind: 'epoch' } & EpochRow)
  | { readonly kind: 'message'; readonly text: string }
  | {
      readonly kind: 'end';
      /** What ended the fit early. */
      readonly error?: string;
    };

/** Is told how a fit goes on. A promise is waited for at its begin, its epochs and its end. */
export type ProgressListener = (event: ProgressEvent) => void | Promise<void>;

export interface ProgressOptions {
  /** Least milliseconds from one batch event to the next. Default 100. */
  interval?: number;
}

const listeners = new WeakMap<Learner, Set<ProgressListener>>();

/** Tells a listener how a fit goes on: a page that is served, or the thread that started it. */
export class ProgressCallback implements Callback {
  /** After the recorder, before callbacks that have something to say of the epoch. */
  readonly order = -9;
  readonly #learn: Learner;
  readonly #listener: ProgressListener;
  readonly #interval: number;
  #lastEvent = 0;
  #validated = 0;

  constructor(learn: Learner, listener: ProgressListener, options: ProgressOptions = {}) {
    checkOptions('ProgressCallback', options, ['interval']);
    this.#learn = learn;
    this.#listener = listener;
    this.#interval = options.interval ?? 100;
  }

  async onTrainBegin({ nEpochs, metrics }: FitState): Promise<void> {
    const columns = columnNames(this.#learn, metrics);
    const all = listeners.get(this.#learn) ?? new Set();
    listeners.set(this.#learn, all.add(this.#listener));
    await this.#listener({ kind: 'begin', epochs: nEpochs, columns });
  }

  onEpochBegin(): void {
    this.#validated = 0;
  }

  onBatchEnd({ train, epoch, numBatch, smoothLoss }: FitState): void {
    if (!train) this.#validated++;
    const now = performance.now();
    if (now - this.#lastEvent < this.#interval) return;
    this.#lastEvent = now;
    const { trainDl, validDl } = this.#learn.data;
    const batch = train ? numBatch + 1 : this.#validated;
    const batches = (train ? trainDl : validDl)?.length ?? batch;
    void this.#listener({ kind: 'batch', epoch, train, batch, batches, smoothLoss });
  }

  async onEpochEnd({ epoch }: FitState): Promise<void> {
    await this.#listener({ kind: 'epoch', ...lastRow(epoch, this.#learn.recorder) });
  }

  async onTrainEnd(_state: FitState, error?: unknown): Promise<void> {
    listeners.get(this.#learn)?.delete(this.#listener);
    await this.#listener(
      error === undefined ? { kind: 'end' } : { kind: 'end', error: `${error}` },
    );
  }
}

/**
 * Says something about a fit where its progress is shown; on the console where it is not, unless
 * the learner is silent.
 */
export function say(learn: Learner, text: string): void {
  const all = listeners.get(learn);
  if (all !== undefined && all.size > 0) {
    for (const listener of all) void listener({ kind: 'message', text });
  } else if (!learn.silent) console.log(text);
}
