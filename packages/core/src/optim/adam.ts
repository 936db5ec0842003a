import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { foreach } from '../ops/foreach.js';
import { Tensor } from '../tensor/tensor.js';
import { type AverageOptions, type AverageState, newAverages, updateAverages } from './averages.js';
import { requireBetas, requireInRange } from './checks.js';
import {
  advance,
  KernelOptimizer,
  lrOf,
  numbersIn,
  type Scaling,
  takeBack,
  zerosLike,
} from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link Adam} and `AdamW` can be given. */
export interface AdamOptions extends AverageOptions {
  /** Divides by the largest average of the square so far (Reddi et al. 2018). */
  amsgrad: boolean;
  fused: boolean | null;
}

export interface AdamState extends AverageState {
  /** With `amsgrad`. */
  maxExpAvgSq?: Tensor;
}

type AdamGroup = ParamGroup<AdamOptions>;

const adamDefaults: AdamOptions = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  fused: null,
  decoupledWeightDecay: false,
};

/**
 * Adam (Kingma and Ba 2015): with m and v the bias-corrected averages of the gradient g and of g²,
 * p <- p - lr m / (sqrt(v) + eps). Weight decay adds `weightDecay` p to g.
 */
export class Adam extends KernelOptimizer<AdamOptions, AdamState> {
  /** Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, fused null, flags false. */
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, withDefaults(new.target.name, adamDefaults, options));
  }

  protected override checkOptions(options: AdamOptions): void {
    super.checkOptions(options);
    requireBetas(options.betas);
    requireInRange('eps', options.eps);
  }

  protected override initialState(parameter: Tensor, group: AdamGroup): AdamState {
    this.requireDense(parameter);
    return {
      ...newAverages(parameter, group),
      ...(group.amsgrad && { maxExpAvgSq: zerosLike(parameter) }),
    };
  }

  protected override updateBucket(
    bucket: Bucket<AdamState>,
    grads: readonly Handle[],
    group: AdamGroup,
  ): void {
    const steps = advance(bucket);
    if (bucket.fused) stepFused(bucket, grads, steps, group, this.scalingFor(bucket));
    else stepForeach(bucket, grads, numbersIn(steps), group);
  }
}

function stepFused(
  bucket: Bucket<AdamState>,
  grads: readonly Handle[],
  steps: readonly Handle[],
  group: AdamGroup,
  scaling: Scaling,
): void {
  const { lr, betas, weightDecay, eps, amsgrad, maximize, decoupledWeightDecay } = group;
  const tensorLr = lr instanceof Tensor;
  aten(decoupledWeightDecay ? '_fused_adamw_' : '_fused_adam_', tensorLr ? 'tensor_lr' : '')(
    bucket.parameters,
    grads,
    bucket.list('expAvg'),
    bucket.list('expAvgSq'),
    amsgrad ? bucket.list('maxExpAvgSq') : [],
    steps,
    tensorLr ? lr.handle : lr,
    betas[0],
    betas[1],
    weightDecay,
    eps,
    amsgrad,
    maximize,
    ...scaling,
  );
  takeBack(steps, scaling);
}

function stepForeach(
  bucket: Bucket<AdamState>,
  grads: readonly Handle[],
  steps: readonly number[],
  group: AdamGroup,
): void {
  const [beta1, beta2] = group.betas;
  const lr = lrOf(group);
  const lists = updateAverages(bucket, grads, group);
  let squares = lists.list('expAvgSq');
  if (group.amsgrad) {
    const largest = lists.list('maxExpAvgSq');
    foreach('maximum_', 'List', largest, squares);
    squares = largest;
  }
  const denominators = foreach('sqrt', '', squares);
  const corrections = steps.map((step) => Math.sqrt(1 - beta2 ** step));
  foreach('div_', 'ScalarList', denominators, corrections);
  foreach('add_', 'Scalar', denominators, group.eps);
  const rates = steps.map((step) => -lr / (1 - beta1 ** step));
  foreach('addcdiv_', 'ScalarList', lists.parameters, lists.list('expAvg'), denominators, rates);
}
