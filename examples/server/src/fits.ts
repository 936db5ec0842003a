import { EventEmitter, on } from 'node:events';
import { type EpochRow, fitInWorker, type ProgressEvent } from '@flambeau/core';
import type { Predictor } from './predictor.js';
import type { FitRequest, Snapshot, Train, Weights } from './train.js';

/** The last fit, as far as it has come. */
export interface FitReport {
  /** From 1. */
  readonly id: number;
  readonly state: 'running' | 'done' | 'aborted' | 'failed';
  readonly request: FitRequest;
  /** The finished epochs. */
  readonly epochs: readonly EpochRow[];
  /** The last batch that is known of. */
  readonly batch: (ProgressEvent & { kind: 'batch' }) | null;
  /** Why it failed. */
  readonly error: string | null;
}

export interface FitsOptions {
  /** Threads of the worker. */
  readonly threads?: number | undefined;
  /** Exports {@link Train}. */
  readonly module?: URL | undefined;
}

/** Fits in a worker thread, one at a time, whose weights go to the predictor. */
export class Fits {
  readonly #predictor: Predictor;
  readonly #options: FitsOptions;
  readonly #events = new EventEmitter().setMaxListeners(0);
  #report: FitReport | null = null;
  #controller = new AbortController();
  #end: Promise<void> = Promise.resolve();

  constructor(predictor: Predictor, options: FitsOptions = {}) {
    this.#predictor = predictor;
    this.#options = options;
  }

  get current(): FitReport | null {
    return this.#report;
  }

  get isRunning(): boolean {
    return this.#report?.state === 'running';
  }

  /** Begins a fit with the weights that are served. Not while one is running. */
  start(request: FitRequest): FitReport {
    const id = (this.#report?.id ?? 0) + 1;
    const report: FitReport = {
      id,
      state: 'running',
      request,
      epochs: [],
      batch: null,
      error: null,
    };
    this.#report = report;
    this.#controller = new AbortController();
    this.#end = this.#run(id, request);
    return report;
  }

  /** Ends the fit that is running, and waits for its end. */
  async abort(): Promise<void> {
    this.#controller.abort();
    await this.#end;
  }

  /** The report now, and then after each event, until the fit has ended. */
  async *follow(): AsyncGenerator<FitReport> {
    if (this.#report === null) return;
    const changes = this.isRunning ? on(this.#events, 'change', { close: ['end'] }) : [];
    try {
      yield this.#report;
      for await (const [report] of changes) yield report as FitReport;
    } finally {
      if ('return' in changes) await changes.return?.();
    }
  }

  async #run(id: number, request: FitRequest): Promise<void> {
    const weights = this.#predictor.weights();
    const { signal } = this.#controller;
    try {
      await fitInWorker<Train>(this.#options.module ?? new URL('./train.js', import.meta.url), {
        args: { ...request, weights },
        threads: this.#options.threads,
        signal,
        onProgress: (event) => this.#note(event),
        onPublish: (snapshot) => this.#serve(id, snapshot),
      });
      this.#change({ state: 'done' });
    } catch (error) {
      if (signal.aborted) this.#change({ state: 'aborted' });
      else this.#change({ state: 'failed', error: String(error) });
    } finally {
      disposeAll(weights);
      this.#events.emit('end');
    }
  }

  #note(event: ProgressEvent): void {
    if (event.kind === 'batch') this.#change({ batch: event });
    else if (event.kind === 'epoch') {
      this.#change({ epochs: [...(this.#report?.epochs ?? []), event] });
    }
  }

  #serve(id: number, snapshot: Snapshot): void {
    this.#predictor.load(id, snapshot);
    disposeAll(snapshot.weights);
  }

  #change(change: Partial<FitReport>): void {
    if (this.#report === null) return;
    this.#report = { ...this.#report, ...change };
    this.#events.emit('change', this.#report);
  }
}

function disposeAll(weights: Weights | null): void {
  for (const weight of Object.values(weights ?? {})) weight.dispose();
}
