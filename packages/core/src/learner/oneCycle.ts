import { annealingCos } from '../optim/annealing.js';
import { checkOptions } from '../tensor/options.js';
import type { Callback } from './callback.js';
import type { Learner } from './learner.js';
import type { OptimWrapper } from './optimWrapper.js';
import type { PerGroup } from './perGroup.js';
import type { FitState, Update } from './state.js';

/** One rate goes up, then down, see {@link OneCycleScheduler}. */
export interface OneCycleOptions {
  /** Momentum at the start and at the highest rate; a third one at the end. Default [0.95, 0.85]. */
  readonly moms?: readonly [number, number] | readonly [number, number, number];
  /** The first rate is the highest divided by this. Default 25. */
  readonly divFactor?: number;
  /** Part of the cycle in which the rate goes up. Default 0.3; version 2: 0.25. */
  readonly pctStart?: number;
  /** The last rate is the highest divided by this. Default 10,000 divFactor; version 2: 100,000. */
  readonly finalDiv?: number;
  /** Epochs of the whole cycle, where a fit does part of it. Default: the fit's. */
  readonly totEpochs?: number;
  /** The first epoch to train, after those before it in another fit. Default 0. */
  readonly startEpoch?: number;
  /**
   * fast.ai's version. 1 counts the batches of both parts in whole numbers and sets a rate after
   * each batch, so that the last one is set when all are done; 2 divides the cycle exactly.
   * Default 1.
   */
  readonly version?: 1 | 2;
}

export const oneCycleOptions = [
  'moms',
  'divFactor',
  'pctStart',
  'finalDiv',
  'totEpochs',
  'startEpoch',
  'version',
] as const satisfies readonly (keyof OneCycleOptions)[];

/** Where in a cycle of `n` batches each batch is. */
interface Cycle {
  /** Batches to the highest rate, at least 1 in version 1. */
  readonly up: number;
  /** Batches from there to the end. */
  readonly down: number;
}

/**
 * The parts of a cycle.
 * @throws RangeError for a part outside [0, 1]
 */
function cycleOf(batches: number, pctStart: number, version: 1 | 2): Cycle {
  if (!(pctStart >= 0 && pctStart <= 1)) {
    throw new RangeError(`pctStart must be from 0 to 1, got ${pctStart}`);
  }
  const up = version === 1 ? Math.trunc(batches * pctStart) : batches * pctStart;
  if (version === 2) return { up, down: batches - up };
  return { up: Math.max(1, up), down: Math.max(1, batches - up) };
}

/** The value after `done` batches: from `start` to `peak` to `end`, in half cosine waves. */
function inCycle(
  { up, down }: Cycle,
  done: number,
  start: number,
  peak: number,
  end: number,
): number {
  if (done <= up && up > 0) return annealingCos(start, peak, done / up);
  return annealingCos(peak, end, Math.min(1, (done - up) / down));
}

/**
 * The one-cycle policy (Smith 2018, with fast.ai's cosines): the learning rates go from
 * max / divFactor up to max and then down to max / finalDiv, the momentum the other way.
 */
export class OneCycleScheduler implements Callback {
  readonly learn: Learner;
  readonly lrMax: PerGroup;
  readonly #options: OneCycleOptions;
  #cycle: Cycle = { up: 0, down: 0 };
  #done = 0;

  /** @param lrMax the highest rates, as the optimiser takes them */
  constructor(learn: Learner, lrMax: PerGroup, options: OneCycleOptions = {}) {
    checkOptions('OneCycleScheduler', options, oneCycleOptions);
    this.learn = learn;
    this.lrMax = lrMax;
    this.#options = options;
  }

  onTrainBegin({ nEpochs, epoch }: FitState): Update {
    const { version = 1, startEpoch, totEpochs = nEpochs } = this.#options;
    const { pctStart = version === 1 ? 0.3 : 0.25 } = this.#options;
    this.#cycle = cycleOf(this.learn.data.trainDl.length * totEpochs, pctStart, version);
    this.#done = 0;
    this.#set(this.learn.opt);
    return { epoch: startEpoch ?? epoch };
  }

  /** The epochs before count as done. */
  jumpToEpoch(epoch: number): void {
    this.#done = this.learn.data.trainDl.length * epoch;
    this.#set(this.learn.opt);
  }

  onBatchEnd({ train }: FitState): Update {
    if (!train) return undefined;
    this.#done++;
    const { up, down } = this.#cycle;
    if (this.#done > up + down) return { stopEpoch: true, stopTraining: true };
    this.#set(this.learn.opt);
    return undefined;
  }

  #set(opt: OptimWrapper): void {
    const { version = 1, divFactor = 25, moms = [0.95, 0.85] } = this.#options;
    const { finalDiv = version === 1 ? divFactor * 1e4 : 1e5 } = this.#options;
    const [first, lowest, last = first] = moms;
    const rate = (max: number) =>
      inCycle(this.#cycle, this.#done, max / divFactor, max, max / finalDiv);
    opt.lr = typeof this.lrMax === 'number' ? rate(this.lrMax) : this.lrMax.map(rate);
    opt.mom = inCycle(this.#cycle, this.#done, first, lowest, last);
  }
}
