import type { Callback } from '../callback.js';
import { isBatchNorm } from '../layerGroups.js';
import type { Learner } from '../learner.js';

/**
 * Leaves the running statistics of frozen batch norms as they are: those with parameters of which
 * none is trained are in evaluation mode.
 */
export class BnFreeze implements Callback {
  readonly #learn: Learner;

  constructor(learn: Learner) {
    this.#learn = learn;
  }

  /** After the model was set to training mode. */
  onEpochBegin(): void {
    for (const module of this.#learn.model.modules()) {
      const parameters = isBatchNorm(module) ? [...module.parameters()] : [];
      if (parameters.length > 0 && parameters.every(({ requiresGrad }) => !requiresGrad)) {
        module.eval();
      }
    }
  }
}
