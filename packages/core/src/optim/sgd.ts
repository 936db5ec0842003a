import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { foreach } from '../ops/foreach.js';
import { Tensor } from '../tensor/tensor.js';
import { requireInRange } from './checks.js';
import {
  KernelOptimizer,
  type KernelOptions,
  lrOf,
  RealLists,
  type Scaling,
  zerosLike,
} from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link SGD} can be given. */
export interface SGDOptions extends KernelOptions {
  momentum: number;
  /** What part of the gradient does not enter the momentum, from the second step on. */
  dampening: number;
  /** Looks ahead along the momentum; needs momentum above 0 and dampening 0. */
  nesterov: boolean;
  fused: boolean | null;
}

export interface SGDState {
  momentumBuffer: Tensor;
}

type SGDGroup = ParamGroup<SGDOptions>;

const sgdDefaults: SGDOptions = {
  lr: 1e-3,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
  fused: null,
};

/**
 * Stochastic gradient descent with momentum (Sutskever et al. 2013, in PyTorch's form):
 * b <- momentum b + (1 - dampening) g, p <- p - lr b, where b begins as g. With `nesterov` p moves
 * by g + momentum b instead. Without momentum there is no state. Gradients may be sparse where
 * `weightDecay` is 0.
 */
export class SGD extends KernelOptimizer<SGDOptions, SGDState> {
  /** Defaults: lr 1e-3, fused null, all others 0 or false. */
  constructor(params: Params<SGDOptions>, options: Partial<SGDOptions> = {}) {
    super(params, withDefaults(new.target.name, sgdDefaults, options));
  }

  protected override checkOptions(options: SGDOptions): void {
    super.checkOptions(options);
    const { momentum, dampening, nesterov } = options;
    requireInRange('momentum', momentum);
    if (!Number.isFinite(dampening)) {
      throw new RangeError(`dampening must be finite, got ${dampening}`);
    }
    if (nesterov && (momentum === 0 || dampening !== 0)) {
      throw new RangeError(
        'nesterov needs a momentum above 0 and dampening 0, ' +
          `got momentum ${momentum} and dampening ${dampening}`,
      );
    }
  }

  /** The buffer from which the first step's own formula gives the bare gradient. */
  protected override initialState(parameter: Tensor, group: SGDGroup): SGDState {
    const momentumBuffer = zerosLike(parameter);
    const { dampening, momentum, weightDecay, maximize } = group;
    if (dampening !== 0) {
      const scale = dampening / momentum;
      momentumBuffer.add_(parameter.grad as Tensor, { alpha: maximize ? -scale : scale });
      momentumBuffer.add_(parameter, { alpha: scale * weightDecay });
    }
    return { momentumBuffer };
  }

  /** The first buffer with dampening is made of gradients that must not be scaled. */
  override get stepSupportsAmpScaling(): boolean {
    const plain = this.paramGroups.every((group) => group.momentum * group.dampening === 0);
    return plain && super.stepSupportsAmpScaling;
  }

  protected override updateBucket(
    bucket: Bucket<SGDState>,
    grads: readonly Handle[],
    group: SGDGroup,
  ): void {
    if (bucket.fused) stepFused(bucket, grads, group, this.scalingFor(bucket));
    else if (bucket.sparse) this.#stepSparse(bucket.members, group);
    else stepForeach(bucket, grads, group);
  }

  /** The buffers are sparse too, and have the rows of all gradients so far. */
  #stepSparse(parameters: readonly Tensor[], group: SGDGroup): void {
    this.requireNoDecay(group);
    const { momentum, dampening, nesterov, maximize } = group;
    for (const parameter of parameters) {
      const grad = parameter.grad as Tensor;
      let direction = maximize ? grad.neg() : grad.clone();
      if (momentum !== 0) {
        const before = this.state.get(parameter)?.momentumBuffer.mul(momentum);
        const sum = before?.add(direction, { alpha: 1 - dampening }) ?? direction;
        const momentumBuffer = sum.coalesce();
        this.replaceState(parameter, { momentumBuffer });
        direction = nesterov ? direction.add(momentumBuffer, { alpha: momentum }) : momentumBuffer;
      }
      parameter.add_(direction, { alpha: -lrOf(group) });
    }
  }
}

function stepFused(
  bucket: Bucket<SGDState>,
  grads: readonly Handle[],
  group: SGDGroup,
  scaling: Scaling,
): void {
  const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
  const tensorLr = lr instanceof Tensor;
  aten('_fused_sgd_', tensorLr ? 'tensor_lr' : '')(
    bucket.parameters,
    grads,
    momentum === 0 ? [] : bucket.list('momentumBuffer'),
    weightDecay,
    momentum,
    tensorLr ? lr.handle : lr,
    dampening,
    nesterov,
    maximize,
    false,
    ...scaling,
  );
}

function stepForeach(bucket: Bucket<SGDState>, grads: readonly Handle[], group: SGDGroup): void {
  const { momentum, dampening, nesterov } = group;
  const lr = lrOf(group);
  const lists = new RealLists(bucket, grads, group);
  let directions = lists.grads;
  if (momentum !== 0) {
    const buffers = lists.list('momentumBuffer');
    foreach('mul_', 'Scalar', buffers, momentum);
    foreach('add_', 'List', buffers, lists.grads, 1 - dampening);
    directions = nesterov ? foreach('add', 'List', lists.grads, buffers, momentum) : buffers;
  }
  foreach('add_', 'List', lists.parameters, directions, -lr);
}
