import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { foreach } from '../ops/foreach.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  advance,
  KernelOptimizer,
  type KernelOptions,
  lrOf,
  newStep,
  numbersIn,
  RealLists,
  zerosLike,
} from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link ASGD} can be given. */
export interface ASGDOptions extends Omit<KernelOptions, 'fused'> {
  /** Shrinks the parameters, and the rate. */
  lambd: number;
  /** How fast the rate falls. */
  alpha: number;
  /** The step at which the average begins. */
  t0: number;
}

export interface ASGDState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  /** float32 `[]`: the rate of the next step. */
  eta: Tensor;
  /** float32 `[]`: the weight of the next parameters in the average. */
  mu: Tensor;
  /** The average of the parameters. */
  ax: Tensor;
}

type ASGDGroup = ParamGroup<ASGDOptions>;

const asgdDefaults: ASGDOptions = {
  lr: 1e-2,
  lambd: 1e-4,
  alpha: 0.75,
  t0: 1e6,
  weightDecay: 0,
  maximize: false,
};

/**
 * Averaged SGD (Polyak and Juditsky 1992): p <- (1 - lambd η) p - η g at the rate
 * η = lr / (1 + lambd lr t)^alpha, and the average a <- a + μ (p - a) with
 * μ = 1 / max(1, t - t0), which the state holds as `ax`.
 */
export class ASGD extends KernelOptimizer<ASGDOptions, ASGDState> {
  /** Defaults: lr 1e-2, lambd 1e-4, alpha 0.75, t0 1e6, weightDecay 0, maximize false. */
  constructor(params: Params<ASGDOptions>, options: Partial<ASGDOptions> = {}) {
    super(params, withDefaults(new.target.name, asgdDefaults, options));
  }

  protected override initialState(parameter: Tensor, group: ASGDGroup): ASGDState {
    this.requireDense(parameter);
    return {
      step: newStep(parameter, group),
      eta: newStep(parameter, group).fill_(lrOf(group)),
      mu: newStep(parameter, group).fill_(1),
      ax: zerosLike(parameter),
    };
  }

  protected override updateBucket(
    bucket: Bucket<ASGDState>,
    grads: readonly Handle[],
    group: ASGDGroup,
  ): void {
    const { lambd, alpha, t0 } = group;
    const lr = lrOf(group);
    const etas = numbersIn(bucket.list('eta'));
    const lists = new RealLists(bucket, grads, group);
    foreach(
      'mul_',
      'ScalarList',
      lists.parameters,
      etas.map((eta) => 1 - lambd * eta),
    );
    const changes = foreach(
      'mul',
      'ScalarList',
      lists.grads,
      etas.map((eta) => -eta),
    );
    foreach('add_', 'List', lists.parameters, changes, 1);
    const averages = lists.list('ax');
    const distances = foreach('sub', 'List', lists.parameters, averages, 1);
    foreach('mul_', 'ScalarList', distances, numbersIn(bucket.list('mu')));
    foreach('add_', 'List', averages, distances, 1);
    const fill = aten('fill_', 'Scalar');
    for (const [i, step] of numbersIn(advance(bucket)).entries()) {
      fill(bucket.list('eta')[i], lr / (1 + lambd * lr * step) ** alpha);
      fill(bucket.list('mu')[i], 1 / Math.max(1, step - t0));
    }
  }
}
