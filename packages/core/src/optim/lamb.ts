import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { foreach } from '../ops/foreach.js';
import { wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { type AverageOptions, type AverageState, newAverages, updateAverages } from './averages.js';
import { requireBetas, requireInRange } from './checks.js';
import { advance, KernelOptimizer, lrOf, numbersIn } from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link Lamb} can be given. */
export type LambOptions = Omit<AverageOptions, 'fused'>;

export type LambState = AverageState;

type LambGroup = ParamGroup<LambOptions>;

const lambDefaults: LambOptions = {
  lr: 1e-3,
  betas: [0.9, 0.99],
  eps: 1e-5,
  weightDecay: 0,
  decoupledWeightDecay: true,
  maximize: false,
};

/** No parameter moves by more than so many times the step of Adam. */
const largestTrust = 10;

/**
 * LAMB (You et al. 2020) in fast.ai's form: the step d of Adam times |p| / |d|, at most 10 times,
 * and once where either is 0. For large batches.
 */
export class Lamb extends KernelOptimizer<LambOptions, LambState> {
  /** Defaults: lr 1e-3, betas [0.9, 0.99], eps 1e-5, weightDecay 0, decoupled. */
  constructor(params: Params<LambOptions>, options: Partial<LambOptions> = {}) {
    super(params, withDefaults(new.target.name, lambDefaults, options));
  }

  protected override checkOptions(options: LambOptions): void {
    super.checkOptions(options);
    requireBetas(options.betas);
    requireInRange('eps', options.eps);
  }

  protected override initialState(parameter: Tensor, group: LambGroup): LambState {
    this.requireDense(parameter);
    return newAverages(parameter, group);
  }

  protected override updateBucket(
    bucket: Bucket<LambState>,
    grads: readonly Handle[],
    group: LambGroup,
  ): void {
    const [beta1, beta2] = group.betas;
    const lr = lrOf(group);
    const steps = numbersIn(advance(bucket));
    const lists = updateAverages(bucket, grads, group);
    const correct = (name: 'expAvg' | 'expAvgSq', beta: number) => {
      const corrections = steps.map((step) => 1 - beta ** step);
      return foreach('div', 'ScalarList', lists.list(name), corrections);
    };
    const denominators = correct('expAvgSq', beta2);
    foreach('sqrt_', '', denominators);
    foreach('add_', 'Scalar', denominators, group.eps);
    const directions = correct('expAvg', beta1);
    foreach('div_', 'List', directions, denominators);
    const rates = trustRatios(lists.parameters, directions).map((trust) => -lr * trust);
    foreach('mul_', 'ScalarList', directions, rates);
    foreach('add_', 'List', lists.parameters, directions, 1);
  }
}

/** |p| / |d| for each parameter, read from the device at once. */
function trustRatios(parameters: readonly Handle[], directions: readonly Handle[]): number[] {
  const norms = [parameters, directions].map((list) => foreach('norm', 'Scalar', list, 2, null));
  const [sizes, lengths] = wrap(aten('stack')(norms.flat(), 0) as Handle)
    .reshape([2, parameters.length])
    .toArray() as [number[], number[]];
  return sizes.map((size, i) => {
    const length = lengths[i] as number;
    return size === 0 || length === 0 ? 1 : Math.min(size / length, largestTrust);
  });
}
