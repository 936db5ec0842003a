import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { foreach } from '../ops/foreach.js';
import { functions } from '../ops/install.js';
import { isComplex } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { requireInRange } from './checks.js';
import {
  advance,
  KernelOptimizer,
  type KernelOptions,
  lrOf,
  newStep,
  numbersIn,
  RealLists,
  type Scaling,
  takeBack,
  zerosLike,
} from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link Adagrad} can be given. */
export interface AdagradOptions extends KernelOptions {
  /** The rate at step t is lr / (1 + (t - 1) lrDecay). */
  lrDecay: number;
  /** What the sums of squares begin with. */
  initialAccumulatorValue: number;
  /** Added to the denominator. */
  eps: number;
  fused: boolean | null;
}

export interface AdagradState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  /** The sum of the squares of the gradients. */
  sum: Tensor;
}

type AdagradGroup = ParamGroup<AdagradOptions>;

const adagradDefaults: AdagradOptions = {
  lr: 1e-2,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  maximize: false,
  fused: null,
};

/**
 * Adagrad (Duchi et al. 2011): with s the sum of all g², p <- p - lr g / (sqrt(s) + eps). A sparse
 * gradient changes the rows that it has; `weightDecay` must then be 0.
 */
export class Adagrad extends KernelOptimizer<AdagradOptions, AdagradState> {
  /** Defaults: lr 1e-2, eps 1e-10, fused null, all others 0 or false. */
  constructor(params: Params<AdagradOptions>, options: Partial<AdagradOptions> = {}) {
    super(params, withDefaults(new.target.name, adagradDefaults, options));
  }

  protected override checkOptions(options: AdagradOptions): void {
    super.checkOptions(options);
    requireInRange('lrDecay', options.lrDecay);
    requireInRange('initialAccumulatorValue', options.initialAccumulatorValue);
    requireInRange('eps', options.eps);
  }

  protected override initialState(parameter: Tensor, group: AdagradGroup): AdagradState {
    const sum = zerosLike(parameter);
    const parts = isComplex(sum.dtype) ? functions.torch.viewAsReal(sum) : sum;
    parts.fill_(group.initialAccumulatorValue);
    return { step: newStep(parameter, group), sum };
  }

  protected override updateBucket(
    bucket: Bucket<AdagradState>,
    grads: readonly Handle[],
    group: AdagradGroup,
  ): void {
    const steps = advance(bucket);
    if (bucket.fused) stepFused(bucket, grads, steps, group, this.scalingFor(bucket));
    else if (bucket.sparse) this.#stepSparse(bucket.members, numbersIn(steps), group);
    else stepForeach(bucket, grads, numbersIn(steps), group);
  }

  #stepSparse(parameters: readonly Tensor[], steps: readonly number[], group: AdagradGroup): void {
    this.requireNoDecay(group);
    const lr = lrOf(group);
    for (const [i, parameter] of parameters.entries()) {
      // One entry for each row: the square of a sum is not the sum of squares.
      const grad = (parameter.grad as Tensor).coalesce();
      const { sum } = this.stateOf(parameter, group);
      sum.add_(grad.square());
      const denominators = sum.sparseMask(grad).values().sqrt().add(group.eps);
      const change = functions.torch.sparseCooTensor(
        grad.indices(),
        grad.values().div(denominators),
        grad.shape,
        { isCoalesced: true },
      );
      const rate = rateAt(steps[i] as number, lr, group);
      parameter.add_(change, { alpha: group.maximize ? rate : -rate });
    }
  }
}

function rateAt(step: number, lr: number, { lrDecay }: AdagradGroup): number {
  return lr / (1 + (step - 1) * lrDecay);
}

function stepFused(
  bucket: Bucket<AdagradState>,
  grads: readonly Handle[],
  steps: readonly Handle[],
  { lr, lrDecay, weightDecay, eps, maximize }: AdagradGroup,
  scaling: Scaling,
): void {
  const tensorLr = lr instanceof Tensor;
  aten('_fused_adagrad_', tensorLr ? 'tensor_lr' : '')(
    bucket.parameters,
    grads,
    bucket.list('sum'),
    steps,
    tensorLr ? lr.handle : lr,
    lrDecay,
    weightDecay,
    eps,
    maximize,
    ...scaling,
  );
  takeBack(steps, scaling);
}

function stepForeach(
  bucket: Bucket<AdagradState>,
  grads: readonly Handle[],
  steps: readonly number[],
  group: AdagradGroup,
): void {
  const lr = lrOf(group);
  const lists = new RealLists(bucket, grads, group);
  const sums = lists.list('sum');
  foreach('addcmul_', 'Scalar', sums, lists.grads, lists.grads, 1);
  const denominators = foreach('sqrt', '', sums);
  foreach('add_', 'Scalar', denominators, group.eps);
  const rates = steps.map((step) => -rateAt(step, lr, group));
  foreach('addcdiv_', 'ScalarList', lists.parameters, lists.grads, denominators, rates);
}
