import type { Handle } from '@flambeau/native';
import { foreach } from '../ops/foreach.js';
import type { Tensor } from '../tensor/tensor.js';
import { type AverageOptions, type AverageState, newAverages, updateAverages } from './averages.js';
import { requireBetas, requireInRange } from './checks.js';
import { advance, KernelOptimizer, lrOf, numbersIn } from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link RAdam} can be given. */
export type RAdamOptions = Omit<AverageOptions, 'fused'>;

export type RAdamState = AverageState;

type RAdamGroup = ParamGroup<RAdamOptions>;

const radamDefaults: RAdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  decoupledWeightDecay: false,
  maximize: false,
};

/**
 * Adam with a rectified denominator (Liu et al. 2020): as long as the average of g² rests on too
 * few steps for its variance to be known, p moves by the average of g alone.
 */
export class RAdam extends KernelOptimizer<RAdamOptions, RAdamState> {
  /** Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, flags false. */
  constructor(params: Params<RAdamOptions>, options: Partial<RAdamOptions> = {}) {
    super(params, withDefaults(new.target.name, radamDefaults, options));
  }

  protected override checkOptions(options: RAdamOptions): void {
    super.checkOptions(options);
    requireBetas(options.betas);
    requireInRange('eps', options.eps);
  }

  protected override initialState(parameter: Tensor, group: RAdamGroup): RAdamState {
    this.requireDense(parameter);
    return newAverages(parameter, group);
  }

  protected override updateBucket(
    bucket: Bucket<RAdamState>,
    grads: readonly Handle[],
    group: RAdamGroup,
  ): void {
    const [beta1, beta2] = group.betas;
    const lr = lrOf(group);
    const steps = numbersIn(advance(bucket));
    const lists = updateAverages(bucket, grads, group);
    const averages = lists.list('expAvg');
    const rates = steps.map((step) => -lr / (1 - beta1 ** step));
    const rectifications = steps.map((step) => rectification(step, beta2));

    const plain = rates.map((rate, i) => (rectifications[i] === undefined ? rate : 0));
    if (plain.some((rate) => rate !== 0)) {
      foreach('add_', 'List', lists.parameters, foreach('mul', 'ScalarList', averages, plain), 1);
    }
    const rectified = rates.map((rate, i) => rate * (rectifications[i] ?? 0));
    if (rectified.some((rate) => rate !== 0)) {
      const denominators = foreach('sqrt', '', lists.list('expAvgSq'));
      foreach('add_', 'Scalar', denominators, group.eps);
      foreach('addcdiv_', 'ScalarList', lists.parameters, averages, denominators, rectified);
    }
  }
}

/** By what the adaptive step is scaled; undefined while the variance is not tractable. */
function rectification(step: number, beta2: number): number | undefined {
  const correction = 1 - beta2 ** step;
  const longest = 2 / (1 - beta2) - 1;
  const length = longest - (2 * step * beta2 ** step) / correction;
  if (length <= 5) return undefined;
  const ratio = ((length - 4) * (length - 2) * longest) / ((longest - 4) * (longest - 2) * length);
  return Math.sqrt(ratio * correction);
}
