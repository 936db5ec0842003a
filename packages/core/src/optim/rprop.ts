import type { Handle } from '@flambeau/native';
import { functions } from '../ops/install.js';
import { isComplex } from '../tensor/dtype.js';
import { wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  advance,
  KernelOptimizer,
  lrOf,
  newStep,
  RealLists,
  type StepOptions,
  zerosLike,
} from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link Rprop} can be given; `lr` is the first step size. */
export interface RpropOptions extends Omit<StepOptions, 'fused' | 'weightDecay'> {
  /** What a step size is multiplied by where the gradient's sign changes, and where it stays. */
  etas: readonly [number, number];
  /** The smallest and the largest step size. */
  stepSizes: readonly [number, number];
}

export interface RpropState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  /** The gradient of the step before, 0 where its sign had changed. */
  prev: Tensor;
  stepSize: Tensor;
}

type RpropGroup = ParamGroup<RpropOptions>;

const rpropDefaults: RpropOptions = {
  lr: 1e-2,
  etas: [0.5, 1.2],
  stepSizes: [1e-6, 50],
  maximize: false,
};

/**
 * Resilient backpropagation (Riedmiller and Braun 1993): p <- p - s sign(g), where the step size s
 * of each element grows while the sign of its gradient g stays. Where it changes, s shrinks and p
 * stays for a step. For whole batches.
 */
export class Rprop extends KernelOptimizer<RpropOptions, RpropState> {
  /** Defaults: lr 1e-2, etas [0.5, 1.2], stepSizes [1e-6, 50], maximize false. */
  constructor(params: Params<RpropOptions>, options: Partial<RpropOptions> = {}) {
    super(params, withDefaults(new.target.name, rpropDefaults, options));
  }

  protected override checkOptions(options: RpropOptions): void {
    super.checkOptions(options);
    const [shrink, grow] = options.etas;
    if (!(shrink > 0 && shrink < 1 && grow > 1)) {
      throw new RangeError(
        `etas must be a number from 0 to 1 and one above 1, got [${shrink}, ${grow}]`,
      );
    }
  }

  protected override initialState(parameter: Tensor, group: RpropGroup): RpropState {
    this.requireDense(parameter);
    const stepSize = zerosLike(parameter);
    const parts = isComplex(stepSize.dtype) ? functions.torch.viewAsReal(stepSize) : stepSize;
    parts.fill_(lrOf(group));
    return { step: newStep(parameter, group), prev: zerosLike(parameter), stepSize };
  }

  protected override updateBucket(
    bucket: Bucket<RpropState>,
    grads: readonly Handle[],
    group: RpropGroup,
  ): void {
    const [shrink, grow] = group.etas;
    const [smallest, largest] = group.stepSizes;
    advance(bucket);
    const lists = new RealLists(bucket, grads, group);
    const [parameters, gradients, previous, sizes] = [
      lists.parameters,
      lists.grads,
      lists.list('prev'),
      lists.list('stepSize'),
    ].map((list) => list.map(wrap)) as [Tensor[], Tensor[], Tensor[], Tensor[]];
    for (const [i, parameter] of parameters.entries()) {
      const [gradient, prev, size] = [gradients[i], previous[i], sizes[i]] as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const agreement = gradient.mul(prev);
      const turned = agreement.lt(0);
      size.mul_(
        agreement
          .gt(0)
          .to(size.dtype)
          .mul(grow - 1)
          .add(1),
      );
      size
        .mul_(
          turned
            .to(size.dtype)
            .mul(shrink - 1)
            .add(1),
        )
        .clamp_(smallest, largest);
      prev.copy_(gradient.maskedFill(turned, 0));
      parameter.addcmul_(prev.sign(), size, { value: -1 });
    }
  }
}
