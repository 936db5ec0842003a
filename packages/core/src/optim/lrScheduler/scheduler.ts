import { lrsOf, type ScheduledGroup, type ScheduledOptimizer, setLr } from './groups.js';
import { type LRSchedulerState, readState, writeState } from './state.js';

interface Progress {
  lastEpoch: number;
  baseLrs: number[];
  _step_count: number;
  _last_lr: number[];
}

/**
 * Sets the learning rates of an optimiser, once when it is made and once in every {@link step},
 * which follows the optimiser's. A rate is computed from the one before, so that schedulers of one
 * optimiser work together.
 */
export abstract class LRScheduler<Settings extends object = object> {
  readonly optimizer: ScheduledOptimizer;
  protected readonly settings: Settings;
  /** True while the scheduler is being made. */
  protected isInitial = false;
  readonly #progress: Progress;

  /**
   * @param lastEpoch steps that were made before; -1 begins, any other needs groups that have their
   * `initialLr` from an earlier scheduler
   * @throws RangeError when they do not have it
   */
  constructor(optimizer: ScheduledOptimizer, settings: Settings, lastEpoch: number) {
    this.optimizer = optimizer;
    this.settings = settings;
    const rates = lrsOf(optimizer);
    const baseLrs = optimizer.paramGroups.map((group, i) => {
      if (lastEpoch === -1) group.initialLr ??= rates[i] as number;
      if (group.initialLr === undefined) {
        throw new RangeError(`lastEpoch ${lastEpoch} needs initialLr in group ${i}`);
      }
      return group.initialLr;
    });
    this.#progress = { lastEpoch, baseLrs, _step_count: 0, _last_lr: rates };
    this.begin();
  }

  /** Counts {@link step}; 0 at the start. */
  get lastEpoch(): number {
    return this.#progress.lastEpoch;
  }

  protected set lastEpoch(epoch: number) {
    this.#progress.lastEpoch = epoch;
  }

  /** The rates from which the schedule starts, one for each group. */
  get baseLrs(): readonly number[] {
    return this.#progress.baseLrs;
  }

  protected set baseLrs(rates: readonly number[]) {
    this.#progress.baseLrs = [...rates];
  }

  protected get stepCount(): number {
    return this.#progress._step_count;
  }

  /** The rates at `lastEpoch`, given those before it in the groups. */
  protected abstract rates(): readonly number[];

  /** The rates at `lastEpoch` whatever was before. */
  protected closedRates(): readonly number[] {
    return this.rates();
  }

  /** The rates as they are, each changed by `change`. */
  protected mapRates(change: (rate: number, index: number) => number): number[] {
    return lrsOf(this.optimizer).map(change);
  }

  /** The rates that the last step set, one for each group. */
  getLastLr(): readonly number[] {
    return [...this.#progress._last_lr];
  }

  /** Goes on to the next rates. */
  step(): void {
    this.#progress._step_count++;
    this.lastEpoch++;
    this.setRates(this.rates());
  }

  /** Sets the rates that the schedule has at an epoch, from which it goes on. */
  jumpTo(epoch: number): void {
    this.lastEpoch = epoch;
    this.setRates(this.closedRates());
  }

  /** Makes the first step, which sets the rates of the current epoch. */
  begin(): void {
    this.#progress._step_count = 0;
    this.isInitial = true;
    this.step();
    this.isInitial = false;
  }

  /** Takes the last step back, but leaves the rates. */
  undo(): void {
    this.lastEpoch--;
  }

  protected setRates(rates: readonly number[]): void {
    for (const [i, group] of this.optimizer.paramGroups.entries()) {
      setLr(group as ScheduledGroup, rates[i] as number);
    }
    this.#progress._last_lr = lrsOf(this.optimizer);
  }

  /** Everything but the optimiser and functions. */
  stateDict(): LRSchedulerState {
    return writeState({ ...this.settings, ...this.#progress });
  }

  /** @throws TypeError when an entry has another type */
  loadStateDict(dict: LRSchedulerState): void {
    readState(this.#progress, dict);
    readState(this.settings, dict);
  }
}
