import { isBatchNorm } from '../../nn/batchnorm.js';
import type { AnyModule } from '../../nn/module.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { FitState } from '../state.js';

/**
 * Leaves the running statistics of frozen batch norms as they are: those with parameters of which
 * none is trained are in evaluation mode.
 */
export class BnFreeze implements Callback {
  readonly #learn: Learner;
  #frozen: readonly AnyModule[] = [];

  constructor(learn: Learner) {
    this.#learn = learn;
  }

  onEpochBegin(): void {
    this.#frozen = [...this.#learn.model.modules()].filter((module) => {
      const parameters = isBatchNorm(module) ? [...module.parameters()] : [];
      return parameters.length > 0 && parameters.every(({ requiresGrad }) => !requiresGrad);
    });
  }

  /** The model may have been set to training mode, as it is when an epoch begins. */
  onBatchBegin({ train }: FitState): void {
    if (!train) return;
    for (const module of this.#frozen) if (module.training) module.eval();
  }
}
