import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import { say } from '../progress/progressCallback.js';
import type { FitState, Update } from '../state.js';

/** Ends epoch and fit, without a validation, when a training loss is NaN. */
export class TerminateOnNaNCallback implements Callback {
  readonly #learn: Learner;

  constructor(learn: Learner) {
    this.#learn = learn;
  }

  onBatchEnd({ train, epoch, numBatch, smoothLoss }: FitState): Update {
    // The smoothed loss is NaN once a loss is, and is known without waiting for a device.
    if (!train || !Number.isNaN(smoothLoss)) return;
    say(this.#learn, `Epoch/Batch (${epoch}/${numBatch}): Invalid loss, terminating training.`);
    return { stopEpoch: true, stopTraining: true, skipValidate: true };
  }
}
