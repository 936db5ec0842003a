import type { Learner } from '../learner.js';
import { say } from '../progress/progressCallback.js';
import type { FitState } from '../state.js';
import { TrackerCallback, type TrackerOptions } from './tracker.js';

export interface SaveModelOptions extends TrackerOptions {
  /**
   * 'improvement': when the monitored value is better than before, and the best one is loaded when
   * the fit ends, however it ends. 'epoch': after each, as `name_0`, `name_1`, …; a fit that goes
   * on at an epoch begins with what the one before had saved. Default 'improvement'.
   */
  every?: 'improvement' | 'epoch';
  /** Of the file, see `Learner.save`. Default 'bestmodel'. */
  name?: string;
}

/** Saves model and optimiser during a fit. */
export class SaveModelCallback extends TrackerCallback {
  readonly every: 'improvement' | 'epoch';
  readonly name: string;
  #saved = false;

  /** @throws RangeError for an unknown `every` */
  constructor(learn: Learner, options: SaveModelOptions = {}) {
    super(learn, options, ['every', 'name']);
    const { every = 'improvement', name = 'bestmodel' } = options;
    if (every !== 'improvement' && every !== 'epoch') {
      throw new RangeError(`every must be improvement or epoch, got '${every}'`);
    }
    this.every = every;
    this.name = name;
  }

  override onTrainBegin(state: FitState): void {
    this.#saved = false;
    if (this.every === 'improvement') super.onTrainBegin(state);
  }

  jumpToEpoch(epoch: number): void {
    if (this.every !== 'epoch') return;
    const name = `${this.name}_${epoch - 1}`;
    this.learn.load(name);
    say(this.learn, `Loaded ${name}`);
  }

  onEpochEnd({ epoch }: FitState): void {
    if (this.every === 'epoch') {
      this.learn.save(`${this.name}_${epoch}`);
      return;
    }
    const value = this.monitored();
    if (value === null || !this.improves(value)) return;
    say(this.learn, `Better model found at epoch ${epoch} with ${this.monitor} value: ${value}.`);
    this.learn.save(this.name);
    this.#saved = true;
  }

  onTrainEnd(): void {
    if (this.#saved) this.learn.load(this.name);
  }
}
