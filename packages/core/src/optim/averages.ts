import type { Handle } from '@flambeau/native';
import { foreach } from '../ops/foreach.js';
import type { Tensor } from '../tensor/tensor.js';
import { type KernelOptions, lrOf, newStep, RealLists, zerosLike } from './kernelOptimizer.js';
import type { Bucket } from './plan.js';

/** Options of the optimisers that keep averages of the gradient and of its square. */
export interface AverageOptions extends KernelOptions {
  /** Decay of the averages of the gradient and of its square. */
  betas: readonly [number, number];
  /** Added to the denominator. */
  eps: number;
  /** Shrinks the parameters (AdamW) instead of adding to their gradients. */
  decoupledWeightDecay: boolean;
}

export interface AverageState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  expAvg: Tensor;
  expAvgSq: Tensor;
}

/** What the averages begin with. */
export function newAverages(parameter: Tensor, group: KernelOptions): AverageState {
  return {
    step: newStep(parameter, group),
    expAvg: zerosLike(parameter),
    expAvgSq: zerosLike(parameter),
  };
}

/** Decays the weights and takes the gradients into the averages. */
export function updateAverages<State extends AverageState>(
  bucket: Bucket<State>,
  grads: readonly Handle[],
  group: AverageOptions,
): RealLists<State> {
  const { betas, weightDecay, maximize, decoupledWeightDecay } = group;
  const added = decoupledWeightDecay ? 0 : weightDecay;
  const lists = new RealLists(bucket, grads, { maximize, weightDecay: added });
  if (decoupledWeightDecay && weightDecay !== 0) {
    foreach('mul_', 'Scalar', lists.parameters, 1 - lrOf(group) * weightDecay);
  }
  foreach('lerp_', 'Scalar', lists.list('expAvg'), lists.grads, 1 - betas[0]);
  const squares = lists.list('expAvgSq');
  foreach('mul_', 'Scalar', squares, betas[1]);
  foreach('addcmul_', 'Scalar', squares, lists.grads, lists.grads, 1 - betas[1]);
  return lists;
}
