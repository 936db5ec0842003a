import { type Tensor, tidy } from '@flambeau/core';

/**
 * Zeroes activations at random in training and makes the others larger by 1 / (1 - p), so that their
 * mean stays, and nothing has to be done when the model predicts (Srivastava et al. 2014, with the
 * scaling moved to training).
 * @param p how likely an activation is dropped, below 1
 */
export function dropoutByHand(x: Tensor, p: number, training: boolean): Tensor {
  if (!training) return x;
  return tidy(() => x.mul(x.newEmpty(x.shape).bernoulli_(1 - p)).div(1 - p));
}
