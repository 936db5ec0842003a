import type { Plot } from '../plot/plot.js';
import type { Callback } from './callback.js';
import type { Learner } from './learner.js';
import type { LrSuggestion } from './lrSuggestions.js';
import {
  type PlotLrFindOptions,
  type PlotLrOptions,
  plotLosses,
  plotLr,
  plotLrFind,
  plotMetrics,
  suggestLrs,
  type TrimOptions,
} from './recorderPlots.js';
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
  /** For each epoch: the metrics' values, none without validation. */
  metrics: (number | null)[][] = [];
  /** For each epoch: its training batches. */
  nbBatches: number[] = [];
  /** For each epoch: its duration in seconds, training and validation. */
  times: number[] = [];
  /** The metrics' names as they are printed. */
  metricNames: string[] = [];
  /** What {@link plot} suggested last. */
  minGradLr: number | undefined;
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

  /**
   * Loss by learning rate, for a fit of the rate finder. With `suggestion` it says and marks where
   * the smoothed loss falls most from one batch to the next, which is then {@link minGradLr}, and
   * says a tenth of the rate with the smallest loss.
   */
  plot(options: PlotLrFindOptions = {}): Plot {
    const { plot, minGradLr } = plotLrFind(this, options);
    if (options.suggestion) this.minGradLr = minGradLr;
    return plot;
  }

  /** The smoothed loss over the training batches, and the validation's loss after each epoch. */
  plotLosses(options: TrimOptions = {}): Plot {
    return plotLosses(this, options);
  }

  /** The learning rate over the training batches, with `showMoms` the momentum too. */
  plotLr(options: PlotLrOptions = {}): Plot {
    return plotLr(this, options);
  }

  /**
   * Each metric after each epoch, in a panel of its own.
   * @throws RangeError when there are none
   */
  plotMetrics(options: TrimOptions = {}): Plot {
    return plotMetrics(this, options);
  }

  /**
   * What the losses of the rate finder suggest by the methods of fast.ai's second version, which
   * leave out the first tenth of its `numIt` batches and the last five:
   * - valley: in the middle of the longest fall of the loss
   * - slide: before the loss begins to change its slope, seen from the end
   * - minimum: a tenth of the rate with the smallest loss
   * - steep: where the loss falls most, by the rate's logarithm
   * @throws RangeError when there are too few points, for 'slide' 16
   */
  suggestLrs<Method extends LrSuggestion = 'valley'>(
    methods: readonly Method[] = ['valley' as Method],
    numIt = 100,
  ): Record<Method, number> {
    return suggestLrs(this, methods, numIt);
  }
}
