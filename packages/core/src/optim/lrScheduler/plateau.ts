import { Tensor } from '../../tensor/tensor.js';
import { lrsOf, perGroup, type ScheduledOptimizer, setLr } from './groups.js';
import { type LRSchedulerState, readState, writeState } from './state.js';

export interface ReduceLROnPlateauOptions {
  /** Is a smaller metric better, or a larger? Default 'min'. */
  mode?: 'min' | 'max';
  /** The rates are multiplied by this, below 1. Default 0.1. */
  factor?: number;
  /** Steps without improvement that are let pass. Default 10. */
  patience?: number;
  /** What counts as improvement. Default 1e-4. */
  threshold?: number;
  /** Is the threshold a part of the best metric, or a difference? Default 'rel'. */
  thresholdMode?: 'rel' | 'abs';
  /** Steps after a reduction that do not count. Default 0. */
  cooldown?: number;
  /** Lower bound, one for all groups or one for each. Default 0. */
  minLr?: number | readonly number[];
  /** Smaller changes are not made. Default 1e-8. */
  eps?: number;
}

interface PlateauState {
  mode: 'min' | 'max';
  factor: number;
  patience: number;
  threshold: number;
  thresholdMode: 'rel' | 'abs';
  cooldown: number;
  minLrs: number[];
  eps: number;
  lastEpoch: number;
  best: number;
  cooldownCounter: number;
  numBadEpochs: number;
  _last_lr: number[];
}

/** Reduces the rates when a metric has stopped improving. */
export class ReduceLROnPlateau {
  readonly optimizer: ScheduledOptimizer;
  readonly #state: PlateauState;

  /** @throws RangeError for a factor that is not below 1, or unknown modes */
  constructor(optimizer: ScheduledOptimizer, options: ReduceLROnPlateauOptions = {}) {
    const { mode = 'min', factor = 0.1, patience = 10, threshold = 1e-4 } = options;
    const { thresholdMode = 'rel', cooldown = 0, minLr = 0, eps = 1e-8 } = options;
    if (!(factor < 1)) throw new RangeError(`factor must be below 1, got ${factor}`);
    if (mode !== 'min' && mode !== 'max') {
      throw new RangeError(`mode must be min or max, got '${mode}'`);
    }
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs') {
      throw new RangeError(`thresholdMode must be rel or abs, got '${thresholdMode}'`);
    }
    this.optimizer = optimizer;
    this.#state = {
      mode,
      factor,
      patience,
      threshold,
      thresholdMode,
      cooldown,
      minLrs: perGroup('minLr', optimizer, minLr),
      eps,
      lastEpoch: 0,
      best: mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
      cooldownCounter: 0,
      numBadEpochs: 0,
      _last_lr: lrsOf(optimizer),
    };
  }

  /** The best metric so far. */
  get best(): number {
    return this.#state.best;
  }

  /** The number of {@link step}s so far. */
  get lastEpoch(): number {
    return this.#state.lastEpoch;
  }

  /** The rates after the last step, one for each group. */
  getLastLr(): readonly number[] {
    return [...this.#state._last_lr];
  }

  /** Takes the metric, a number or a tensor of one element. */
  step(metric: number | Tensor): void {
    const state = this.#state;
    const value = metric instanceof Tensor ? Number(metric.item()) : metric;
    state.lastEpoch++;
    if (this.#isBetter(value)) {
      state.best = value;
      state.numBadEpochs = 0;
    } else {
      state.numBadEpochs++;
    }
    if (state.cooldownCounter > 0) {
      state.cooldownCounter--;
      state.numBadEpochs = 0;
    }
    if (state.numBadEpochs > state.patience) {
      this.#reduce();
      state.cooldownCounter = state.cooldown;
      state.numBadEpochs = 0;
    }
    state._last_lr = lrsOf(this.optimizer);
  }

  #isBetter(value: number): boolean {
    const { mode, threshold, thresholdMode, best } = this.#state;
    const sign = mode === 'min' ? -1 : 1;
    const needed =
      thresholdMode === 'rel' ? best * (1 + sign * threshold) : best + sign * threshold;
    return mode === 'min' ? value < needed : value > needed;
  }

  #reduce(): void {
    const { factor, minLrs, eps } = this.#state;
    const bounds = perGroup('minLr', this.optimizer, minLrs);
    const rates = lrsOf(this.optimizer);
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      const old = rates[i] as number;
      const reduced = Math.max(old * factor, bounds[i] as number);
      if (old - reduced > eps) setLr(group, reduced);
    }
  }

  /** Everything but the optimiser. */
  stateDict(): LRSchedulerState {
    const { mode } = this.#state;
    const modeWorse = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    return writeState({ ...this.#state, modeWorse });
  }

  /** @throws TypeError when an entry has another type */
  loadStateDict(dict: LRSchedulerState): void {
    readState(this.#state, dict);
  }
}
