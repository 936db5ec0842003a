import type { Callback } from './callback.js';
import type { Learner } from './learner.js';
import type { FitState } from './state.js';

/** Keeps what happened in a fit. Everything begins anew with the next. */
export class Recorder implements Callback {
  readonly order = -10;
  readonly learn: Learner;
  /** For each training batch: the last layer group's learning rate. */
  lrs: number[] = [];
  /** For each training batch: the momentum, null where the optimiser has none. */
  moms: (number | null)[] = [];
  /** For each training batch: the smoothed training loss. */
  losses: number[] = [];
  /** For each epoch: the validation loss, null without validation. */
  valLosses: (number | null)[] = [];
  /** For each epoch with validation: the metrics' values. */
  metrics: (number | null)[][] = [];
  /** For each epoch: its training batches. */
  nbBatches: number[] = [];
  /** For each epoch: its duration in seconds, training and validation. */
  times: number[] = [];
  /** The metrics' names as they are printed. */
  metricNames: string[] = [];
  #epochBegan = 0;

  constructor(learn: Learner) {
    this.learn = learn;
  }

  onTrainBegin({ metrics }: FitState): void {
    this.metricNames = metrics.map((metric) => metric.name);
    this.lrs = [];
    this.moms = [];
    this.losses = [];
    this.valLosses = [];
    this.metrics = [];
    this.nbBatches = [];
    this.times = [];
  }

  onEpochBegin(): void {
    this.#epochBegan = performance.now();
  }

  onBatchBegin({ train }: FitState): void {
    if (!train) return;
    const { opt } = this.learn;
    this.lrs.push(opt.lr);
    this.moms.push(opt.mom);
  }

  onBackwardBegin({ smoothLoss }: FitState): void {
    this.losses.push(smoothLoss);
  }

  onEpochEnd({ numBatch, lastMetrics }: FitState): void {
    const [validLoss = null, ...metrics] = lastMetrics;
    this.nbBatches.push(numBatch);
    this.valLosses.push(validLoss);
    this.metrics.push(metrics);
    this.times.push((performance.now() - this.#epochBegan) / 1000);
  }
}
