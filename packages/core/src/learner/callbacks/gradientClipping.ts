import { clipGradNorm_ } from '../../nn/utils/clipGrad.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';

/** Before each step, scales the gradients so that their total norm is at most `clip`. */
export class GradientClipping implements Callback {
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

  onBackwardEnd(): void {
    if (this.#clip > 0) clipGradNorm_(this.#learn.model.parameters(), this.#clip);
  }
}
