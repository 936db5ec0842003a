import { noGrad } from '../../autograd/gradMode.js';
import { foreach } from '../../ops/foreach.js';
import { withGradients } from '../../optim/plan.js';
import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import { sampleCount } from '../batch.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { FitState, Update } from '../state.js';

export interface AccumulateOptions {
  /** Batches for one step. Default 1. */
  nStep?: number;
  /** Forgets the batches at an epoch's end that are too few for a step. Default false. */
  dropLast?: boolean;
}

/**
 * Makes a step of the optimiser for several batches together. Their gradients are averaged over
 * the samples, so the step is the one that a single batch of all of them gives, for losses reduced
 * by 'mean' or by 'sum'; with 'sum' the gradient is divided by the number of samples.
 */
export class AccumulateScheduler implements Callback {
  readonly #learn: Learner;
  readonly #nStep: number;
  readonly #dropLast: boolean;
  #batches = 0;
  #samples = 0;
  /** Of the batches since the last step; the gradients are in units of its mean. */
  #firstLength = 0;

  /** @throws RangeError unless nStep is a whole number from 1 on */
  constructor(learn: Learner, options: AccumulateOptions = {}) {
    checkOptions('AccumulateScheduler', options, ['nStep', 'dropLast']);
    const { nStep = 1, dropLast = false } = options;
    if (!Number.isSafeInteger(nStep) || nStep < 1) {
      throw new RangeError(
        `AccumulateScheduler: nStep must be a whole number from 1, got ${nStep}`,
      );
    }
    this.#learn = learn;
    this.#nStep = nStep;
    this.#dropLast = dropLast;
  }

  onEpochBegin(): void {
    this.#forget();
  }

  onBackwardBegin({ lastTarget }: FitState): void {
    const length = sampleCount(lastTarget);
    if (this.#batches === 0) this.#firstLength = length;
    else this.#scale(this.#firstLength / this.#weight(length));
  }

  onBackwardEnd({ lastTarget, numBatch }: FitState): Update {
    const length = sampleCount(lastTarget);
    this.#scale(this.#weight(length) / this.#firstLength);
    this.#batches++;
    this.#samples += length;
    const isLast = numBatch + 1 === this.#learn.data.trainDl.length;
    if (this.#batches < this.#nStep && (!isLast || this.#dropLast)) {
      return { skipStep: true, skipZero: true };
    }
    this.#scale((this.#isSum ? 1 : this.#firstLength) / this.#samples);
    this.#forget();
  }

  onEpochEnd(): void {
    if (this.#batches > 0) this.#learn.opt.zeroGrad();
    this.#forget();
  }

  get #isSum(): boolean {
    return (this.#learn.lossFunc as { reduction?: string }).reduction === 'sum';
  }

  /** How much a batch's gradient counts: a mean by its samples, a sum has them in it already. */
  #weight(length: number): number {
    return this.#isSum ? this.#firstLength : length;
  }

  #forget(): void {
    this.#batches = 0;
    this.#samples = 0;
  }

  #scale(factor: number): void {
    if (factor === 1) return;
    noGrad(() =>
      tidy(() => {
        const { grads } = withGradients([...this.#learn.model.parameters()]);
        if (grads.length > 0) foreach('mul_', 'Scalar', grads, factor);
      }),
    );
  }
}
