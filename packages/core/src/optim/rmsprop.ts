import type { Handle } from '@flambeau/native';
import { foreach } from '../ops/foreach.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireInRange } from './checks.js';
import {
  advance,
  KernelOptimizer,
  type KernelOptions,
  lrOf,
  newStep,
  RealLists,
  zerosLike,
} from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link RMSprop} can be given. */
export interface RMSpropOptions extends Omit<KernelOptions, 'fused'> {
  /** Decay of the averages. */
  alpha: number;
  /** Added to the denominator. */
  eps: number;
  momentum: number;
  /** Divides by the deviation from the average gradient instead of the root mean square. */
  centered: boolean;
}

export interface RMSpropState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  squareAvg: Tensor;
  /** With `momentum`. */
  momentumBuffer?: Tensor;
  /** With `centered`. */
  gradAvg?: Tensor;
}

type RMSpropGroup = ParamGroup<RMSpropOptions>;

const rmspropDefaults: RMSpropOptions = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  maximize: false,
};

/**
 * RMSprop (Hinton's lecture 6e of 2012; centered: Graves 2013): with v the average of g²,
 * p <- p - lr g / (sqrt(v) + eps).
 */
export class RMSprop extends KernelOptimizer<RMSpropOptions, RMSpropState> {
  /** Defaults: lr 1e-2, alpha 0.99, eps 1e-8, weightDecay 0, momentum 0, flags false. */
  constructor(params: Params<RMSpropOptions>, options: Partial<RMSpropOptions> = {}) {
    super(params, withDefaults(new.target.name, rmspropDefaults, options));
  }

  protected override checkOptions(options: RMSpropOptions): void {
    super.checkOptions(options);
    requireInRange('alpha', options.alpha);
    requireInRange('eps', options.eps);
    requireInRange('momentum', options.momentum);
  }

  protected override initialState(parameter: Tensor, group: RMSpropGroup): RMSpropState {
    this.requireDense(parameter);
    return {
      step: newStep(parameter, group),
      squareAvg: zerosLike(parameter),
      ...(group.momentum > 0 && { momentumBuffer: zerosLike(parameter) }),
      ...(group.centered && { gradAvg: zerosLike(parameter) }),
    };
  }

  protected override updateBucket(
    bucket: Bucket<RMSpropState>,
    grads: readonly Handle[],
    group: RMSpropGroup,
  ): void {
    const { alpha, eps, momentum, centered } = group;
    const lr = lrOf(group);
    advance(bucket);
    const lists = new RealLists(bucket, grads, group);
    const squares = lists.list('squareAvg');
    foreach('mul_', 'Scalar', squares, alpha);
    foreach('addcmul_', 'Scalar', squares, lists.grads, lists.grads, 1 - alpha);
    let variances = squares;
    if (centered) {
      const averages = lists.list('gradAvg');
      foreach('lerp_', 'Scalar', averages, lists.grads, 1 - alpha);
      variances = foreach('addcmul', 'Scalar', squares, averages, averages, -1);
    }
    const denominators = foreach('sqrt', '', variances);
    foreach('add_', 'Scalar', denominators, eps);
    if (momentum > 0) {
      const buffers = lists.list('momentumBuffer');
      foreach('mul_', 'Scalar', buffers, momentum);
      foreach('addcdiv_', 'Scalar', buffers, lists.grads, denominators, 1);
      foreach('add_', 'List', lists.parameters, buffers, -lr);
    } else {
      foreach('addcdiv_', 'Scalar', lists.parameters, lists.grads, denominators, -lr);
    }
  }
}
