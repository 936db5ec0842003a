import type { Handle } from '@flambeau/native';
import { foreach } from '../ops/foreach.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireBetas, requireInRange } from './checks.js';
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

/** What every group of {@link Adamax} can be given. */
export interface AdamaxOptions extends Omit<KernelOptions, 'fused'> {
  /** Decay of the average of the gradient and of its largest size. */
  betas: readonly [number, number];
  /** Added to the size of the gradient. */
  eps: number;
}

export interface AdamaxState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  expAvg: Tensor;
  expInf: Tensor;
}

type AdamaxGroup = ParamGroup<AdamaxOptions>;

const adamaxDefaults: AdamaxOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  maximize: false,
};

/**
 * Adamax (Kingma and Ba 2015, section 7): with m the bias-corrected average of g and
 * u <- max(betas[1] u, |g| + eps), p <- p - lr m / u.
 */
export class Adamax extends KernelOptimizer<AdamaxOptions, AdamaxState> {
  /** Defaults: lr 2e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, maximize false. */
  constructor(params: Params<AdamaxOptions>, options: Partial<AdamaxOptions> = {}) {
    super(params, withDefaults(new.target.name, adamaxDefaults, options));
  }

  protected override checkOptions(options: AdamaxOptions): void {
    super.checkOptions(options);
    requireBetas(options.betas);
    requireInRange('eps', options.eps);
  }

  protected override initialState(parameter: Tensor, group: AdamaxGroup): AdamaxState {
    this.requireDense(parameter);
    return {
      step: newStep(parameter, group),
      expAvg: zerosLike(parameter),
      expInf: zerosLike(parameter),
    };
  }

  protected override updateBucket(
    bucket: Bucket<AdamaxState>,
    grads: readonly Handle[],
    group: AdamaxGroup,
  ): void {
    const [beta1, beta2] = group.betas;
    const lr = lrOf(group);
    const steps = numbersIn(advance(bucket));
    const lists = new RealLists(bucket, grads, group);
    const averages = lists.list('expAvg');
    const norms = lists.list('expInf');
    foreach('lerp_', 'Scalar', averages, lists.grads, 1 - beta1);
    foreach('mul_', 'Scalar', norms, beta2);
    const sizes = foreach('abs', '', lists.grads);
    foreach('add_', 'Scalar', sizes, group.eps);
    foreach('maximum_', 'List', norms, sizes);
    const rates = steps.map((step) => -lr / (1 - beta1 ** step));
    foreach('addcdiv_', 'ScalarList', lists.parameters, averages, norms, rates);
  }
}
