import type { Tensor } from '@flambeau/core';

/**
 * mean((1 - e^(p-t))²) of predictions and targets in log space; its root is exp_rmspe, the root
 * mean square percentage error of the sales themselves.
 *
 * @param predictions [n]
 * @param targets [n]
 * @returns a tensor without dimensions
 */
export function squaredPercentageError(predictions: Tensor, targets: Tensor): Tensor {
  return predictions.sub(targets).exp().neg().add(1).square().mean();
}

/** fast.ai's running training loss: 0.98 of the old value, corrected for its start at 0. */
export class SmoothedLoss {
  readonly #memory = 0.98;
  #average = 0;
  #count = 0;

  /** Takes the loss of a batch and gives the smoothed one. */
  add(loss: number): number {
    this.#count++;
    this.#average = this.#memory * this.#average + (1 - this.#memory) * loss;
    return this.value;
  }

  /** NaN before the first batch. */
  get value(): number {
    return this.#average / (1 - this.#memory ** this.#count);
  }
}
