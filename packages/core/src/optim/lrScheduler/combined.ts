import { lrsOf, type ScheduledOptimizer, setLr } from './groups.js';
import type { LRScheduler } from './scheduler.js';
import { type LRSchedulerState, readState, writeState } from './state.js';

interface Member {
  readonly optimizer: ScheduledOptimizer;
  step(): void;
  stateDict(): LRSchedulerState;
  loadStateDict(dict: LRSchedulerState): void;
}

function requireMembers(
  name: string,
  optimizer: ScheduledOptimizer,
  schedulers: readonly Member[],
): void {
  if (schedulers.length === 0) throw new RangeError(`${name} needs at least one scheduler`);
  for (const [i, scheduler] of schedulers.entries()) {
    if (scheduler.optimizer !== optimizer) {
      throw new RangeError(`scheduler ${i} of ${name} belongs to another optimizer`);
    }
  }
}

abstract class Combination<
  Scheduler extends Member,
  Progress extends { _last_lr: readonly number[] },
> {
  readonly optimizer: ScheduledOptimizer;
  readonly schedulers: readonly Scheduler[];
  protected readonly progress: Progress;

  constructor(optimizer: ScheduledOptimizer, schedulers: readonly Scheduler[], progress: Progress) {
    requireMembers(new.target.name, optimizer, schedulers);
    this.optimizer = optimizer;
    this.schedulers = [...schedulers];
    this.progress = progress;
  }

  /** Goes on to the next rates. */
  abstract step(): void;

  /** The rates that the last step set, one for each group. */
  getLastLr(): readonly number[] {
    return [...this.progress._last_lr];
  }

  stateDict(): LRSchedulerState {
    return {
      ...writeState(this.progress),
      _schedulers: this.schedulers.map((scheduler) => scheduler.stateDict()),
    };
  }

  /** @throws RangeError for a dictionary of another number of schedulers */
  loadStateDict(dict: LRSchedulerState): void {
    const states = dict._schedulers as readonly LRSchedulerState[];
    if (states?.length !== this.schedulers.length) {
      throw new RangeError(
        `there are ${this.schedulers.length} schedulers, the dictionary has ${states?.length}`,
      );
    }
    readState(this.progress, dict);
    for (const [i, scheduler] of this.schedulers.entries()) {
      scheduler.loadStateDict(states[i] as LRSchedulerState);
    }
  }
}

/** One scheduler after another: the next one takes over at each milestone, from its start. */
export class SequentialLR extends Combination<
  LRScheduler<object>,
  { lastEpoch: number; _milestones: number[]; _last_lr: readonly number[] }
> {
  /**
   * @param milestones the steps at which the schedulers after the first begin
   * @throws RangeError unless there is one milestone less than schedulers, all of this optimiser
   */
  constructor(
    optimizer: ScheduledOptimizer,
    schedulers: readonly LRScheduler<object>[],
    milestones: readonly number[],
  ) {
    const progress = { lastEpoch: 0, _milestones: [...milestones], _last_lr: lrsOf(optimizer) };
    super(optimizer, schedulers, progress);
    if (milestones.length !== schedulers.length - 1) {
      throw new RangeError(
        `${schedulers.length} schedulers need ${schedulers.length - 1} milestones, ` +
          `got ${milestones.length}`,
      );
    }
    for (const group of optimizer.paramGroups) setLr(group, group.initialLr as number);
    for (const scheduler of schedulers) scheduler.undo();
    const { scheduler } = this.#current();
    scheduler.begin();
    this.progress._last_lr = scheduler.getLastLr();
  }

  /** The number of {@link step}s so far. */
  get lastEpoch(): number {
    return this.progress.lastEpoch;
  }

  override step(): void {
    this.progress.lastEpoch++;
    const { scheduler, begins } = this.#current();
    if (begins) scheduler.jumpTo(0);
    else scheduler.step();
    this.progress._last_lr = scheduler.getLastLr();
  }

  #current(): { scheduler: LRScheduler<object>; begins: boolean } {
    const { lastEpoch, _milestones } = this.progress;
    const index = _milestones.filter((milestone) => milestone <= lastEpoch).length;
    return {
      scheduler: this.schedulers[index] as LRScheduler<object>,
      begins: index > 0 && _milestones[index - 1] === lastEpoch,
    };
  }
}

/** Several schedulers at once: each multiplies what those before it have set. */
export class ChainedScheduler extends Combination<
  LRScheduler<object> | SequentialLR,
  { _last_lr: readonly number[] }
> {
  /** @throws RangeError for no schedulers, or some of different optimisers */
  constructor(schedulers: readonly (LRScheduler<object> | SequentialLR)[]) {
    const [first] = schedulers;
    if (first === undefined) throw new RangeError('ChainedScheduler needs at least one scheduler');
    super(first.optimizer, schedulers, { _last_lr: lrsOf(first.optimizer) });
  }

  override step(): void {
    for (const scheduler of this.schedulers) scheduler.step();
    this.progress._last_lr = lrsOf(this.optimizer);
  }
}
