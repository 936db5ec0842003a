import { clipGradNorm_ } from '../../nn/utils/clipGrad.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { FitState } from '../state.js';

/** Before each step, scales the gradients so that their total norm is at most `clip`. */
export class GradientClipping implements Callback {
  /** After those that add up the gradients of batches, and that take them back to their scale. */
  readonly order = 1000;
  readonly #learn: Learner;
  readonly #clip: number;

  /**
   * @param clip 0 does nothing
   * @throws RangeError for a negative `clip`
   */
  constructor(learn: Learner, clip = 0) {
    if (!(clip >= 0))
      throw new RangeError(`GradientClipping: clip must be at least 0, got ${clip}`);
    this.#learn = learn;
    this.#clip = clip;
  }

  onBackwardEnd({ skipStep }: FitState): void {
    if (this.#clip > 0 && !skipStep) clipGradNorm_(this.#learn.model.parameters(), this.#clip);
  }
}
