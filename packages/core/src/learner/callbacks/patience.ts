import type { Learner } from '../learner.js';
import type { FitState, Update } from '../state.js';
import { TrackerCallback, type TrackerOptions } from './tracker.js';

export interface PatienceOptions extends TrackerOptions {
  /** Epochs without improvement that are let pass. Default 0. */
  patience?: number;
  /** What counts as improvement: a change of more than this. Default 0. */
  minDelta?: number;
}

/** Acts when nothing has improved for more epochs than its patience. */
export abstract class PatientTracker extends TrackerCallback {
  readonly patience: number;
  readonly minDelta: number;
  #wait = 0;

  constructor(learn: Learner, options: PatienceOptions, further: readonly string[]) {
    super(learn, options, ['patience', 'minDelta', ...further]);
    this.patience = options.patience ?? 0;
    this.minDelta = options.minDelta ?? 0;
  }

  override onTrainBegin(state: FitState): void {
    super.onTrainBegin(state);
    this.#wait = 0;
  }

  onEpochEnd({ epoch }: FitState): Update {
    const value = this.monitored();
    if (value === null) return;
    if (this.improves(value, this.minDelta)) this.#wait = 0;
    else if (++this.#wait > this.patience && this.canAct()) {
      this.#wait = 0;
      return this.act(epoch);
    }
  }

  /** Whether there is still something to do. */
  protected canAct(): boolean {
    return true;
  }

  protected abstract act(epoch: number): Update;
}
