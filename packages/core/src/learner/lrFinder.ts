import { annealingExp } from '../optim/annealing.js';
import { checkOptions } from '../tensor/options.js';
import type { Callback } from './callback.js';
import type { Learner } from './learner.js';
import type { LearningRate } from './learningRates.js';
import type { OptimWrapper } from './optimWrapper.js';
import type { PerGroup } from './perGroup.js';
import { say } from './progress/progressCallback.js';
import { resetRecurrentState } from './recurrent.js';
import { Snapshot } from './snapshot.js';
import type { FitState, Update } from './state.js';

export interface LrFindOptions {
  /** Rate of the first batch. Default 1e-7. */
  readonly startLr?: LearningRate;
  /** Rate after the last batch. Default 10. */
  readonly endLr?: LearningRate;
  /** Batches to train, over as many epochs as it takes. Default 100. */
  readonly numIt?: number;
  /** Stops when the smoothed loss is NaN, or above four times the best. Default true. */
  readonly stopDiv?: boolean;
  /** Weight decay. Default: the learner's. */
  readonly wd?: PerGroup;
  /** Ends the search between two batches. */
  readonly signal?: AbortSignal;
}

const lrFindOptions = [
  'startLr',
  'endLr',
  'numIt',
  'stopDiv',
  'wd',
  'signal',
] as const satisfies readonly (keyof LrFindOptions)[];

/** The loss that counts as diverged, in multiples of the best. */
const divergence = 4;

/** Trains with growing learning rates, then puts model and optimiser back; see `Learner.lrFind`. */
class LrFinder implements Callback {
  readonly #learn: Learner;
  readonly #start: PerGroup;
  readonly #end: PerGroup;
  readonly #numIt: number;
  readonly #stopDiv: boolean;
  readonly #settings: Pick<OptimWrapper, 'lrs' | 'wds'>;
  #before: Snapshot | undefined;
  #best = 0;

  constructor(
    learn: Learner,
    { start, end }: { start: PerGroup; end: PerGroup },
    numIt: number,
    stopDiv: boolean,
  ) {
    this.#learn = learn;
    this.#start = start;
    this.#end = end;
    this.#numIt = numIt;
    this.#stopDiv = stopDiv;
    const { lrs, wds } = learn.opt;
    this.#settings = { lrs, wds };
  }

  onTrainBegin(): Update {
    this.#before = new Snapshot(this.#learn);
    this.#setLr(0);
    return { skipValidate: true };
  }

  onBatchEnd({ iteration, smoothLoss }: FitState): Update {
    if (iteration === 0 || smoothLoss < this.#best) this.#best = smoothLoss;
    const done = iteration + 1;
    this.#setLr(done);
    const diverged = Number.isNaN(smoothLoss) || smoothLoss > divergence * this.#best;
    const stop = done >= this.#numIt || (this.#stopDiv && diverged);
    return stop ? { stopEpoch: true, stopTraining: true } : undefined;
  }

  onTrainEnd(): void {
    using before = this.#before;
    before?.restore(this.#learn);
    this.#learn.opt.lr = this.#settings.lrs;
    this.#learn.opt.wd = this.#settings.wds;
    resetRecurrentState(this.#learn.model);
  }

  /** start (end / start)^(done / numIt) */
  #setLr(done: number): void {
    const at = (start: number, end: number) => annealingExp(start, end, done / this.#numIt);
    const starts = [this.#start].flat();
    const ends = [this.#end].flat();
    const count = Math.max(starts.length, ends.length);
    this.#learn.opt.lr = Array.from({ length: count }, (_, i) =>
      at(starts[i] ?? (starts[0] as number), ends[i] ?? (ends[0] as number)),
    );
  }
}

/** @throws RangeError for a `numIt` that is not a whole number of at least 1, or rates of 0 */
export async function lrFind(learn: Learner, options: LrFindOptions): Promise<void> {
  checkOptions('lrFind', options, lrFindOptions);
  const { startLr = 1e-7, endLr = 10, numIt = 100, stopDiv = true, wd, signal } = options;
  if (!Number.isSafeInteger(numIt) || numIt < 1) {
    throw new RangeError(`numIt must be a whole number of at least 1, got ${numIt}`);
  }
  const start = learn.lrRange(startLr);
  const end = learn.lrRange(endLr);
  if ([start, end].flat().some((rate) => rate === 0)) {
    throw new RangeError(`lrFind goes from rate to rate in equal ratios, so none can be 0`);
  }
  const finder = new LrFinder(learn, { start, end }, numIt, stopDiv);
  const epochs = Math.ceil(numIt / learn.data.trainDl.length);
  await learn.fit(epochs, start, { wd, callbacks: [finder], signal });
  say(learn, 'LR Finder is complete, type {learner_name}.recorder.plot() to see the graph.');
}
