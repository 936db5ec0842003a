import { checkSize } from '../../nn/checks.js';
import type { Callback } from '../callback.js';
import type { FitState, Update } from '../state.js';

/** Ends the fit, without a validation, after so many training batches: to try whether it runs. */
export class StopAfterNBatches implements Callback {
  readonly #nBatches: number;

  /** @throws RangeError unless `nBatches` is a whole number */
  constructor(nBatches = 2) {
    checkSize('StopAfterNBatches', 'nBatches', nBatches);
    this.#nBatches = nBatches;
  }

  onBatchEnd({ train, iteration }: FitState): Update {
    if (!train || iteration + 1 < this.#nBatches) return;
    return { stopEpoch: true, stopTraining: true, skipValidate: true };
  }
}
