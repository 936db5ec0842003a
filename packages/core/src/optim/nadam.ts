import type { Handle } from '@flambeau/native';
import { foreach } from '../ops/foreach.js';
import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { type AverageOptions, type AverageState, newAverages, updateAverages } from './averages.js';
import { requireBetas, requireInRange } from './checks.js';
import { advance, KernelOptimizer, lrOf, numbersIn } from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link NAdam} can be given. */
export interface NAdamOptions extends Omit<AverageOptions, 'fused'> {
  /** How fast the momentum approaches betas[0]. */
  momentumDecay: number;
}

export interface NAdamState extends AverageState {
  /** float32 `[]`: the product of the momenta so far. */
  muProduct: Tensor;
}

type NAdamGroup = ParamGroup<NAdamOptions>;

const nadamDefaults: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  decoupledWeightDecay: false,
  maximize: false,
};

/**
 * Adam with Nesterov momentum (Dozat 2016): the momentum at step t is
 * betas[0] (1 - 0.96^(t momentumDecay) / 2), and the next one is looked ahead to.
 */
export class NAdam extends KernelOptimizer<NAdamOptions, NAdamState> {
  /** Defaults: lr 2e-3, betas [0.9, 0.999], eps 1e-8, momentumDecay 4e-3, others 0 or false. */
  constructor(params: Params<NAdamOptions>, options: Partial<NAdamOptions> = {}) {
    super(params, withDefaults(new.target.name, nadamDefaults, options));
  }

  protected override checkOptions(options: NAdamOptions): void {
    super.checkOptions(options);
    requireBetas(options.betas);
    requireInRange('eps', options.eps);
    requireInRange('momentumDecay', options.momentumDecay);
  }

  protected override initialState(parameter: Tensor, group: NAdamGroup): NAdamState {
    this.requireDense(parameter);
    const { step, ...averages } = newAverages(parameter, group);
    return { step, muProduct: functions.torch.ones([], { dtype: 'float32' }), ...averages };
  }

  protected override updateBucket(
    bucket: Bucket<NAdamState>,
    grads: readonly Handle[],
    group: NAdamGroup,
  ): void {
    const { betas, momentumDecay, eps } = group;
    const lr = lrOf(group);
    const steps = numbersIn(advance(bucket));
    const momentum = (step: number) => betas[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));
    foreach('mul_', 'ScalarList', bucket.list('muProduct'), steps.map(momentum));
    const products = numbersIn(bucket.list('muProduct'));
    const lists = updateAverages(bucket, grads, group);

    const corrections = steps.map((step) => 1 - betas[1] ** step);
    const denominators = foreach('div', 'ScalarList', lists.list('expAvgSq'), corrections);
    foreach('sqrt_', '', denominators);
    foreach('add_', 'Scalar', denominators, eps);
    const gradRates = steps.map((step, i) => {
      return (-lr * (1 - momentum(step))) / (1 - (products[i] as number));
    });
    const averageRates = steps.map((step, i) => {
      const next = momentum(step + 1);
      return (-lr * next) / (1 - (products[i] as number) * next);
    });
    const { parameters } = lists;
    foreach('addcdiv_', 'ScalarList', parameters, lists.grads, denominators, gradRates);
    foreach('addcdiv_', 'ScalarList', parameters, lists.list('expAvg'), denominators, averageRates);
  }
}
