import { type Handle, native } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import { isComplex } from '../tensor/dtype.js';
import { wrap } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { type AdamBucket, AdamPlan, fusedKernelSupports } from './adamPlan.js';
import { Optimizer, type ParamGroup, type Params, withDefaults } from './optimizer.js';

/** What every group of {@link Adam} and `AdamW` can be given. */
export interface AdamOptions {
  /** Learning rate; a tensor of one element stays where it is. */
  lr: number | Tensor;
  /** Decay of the averages of the gradient and of its square. */
  betas: readonly [number, number];
  /** Added to the denominator. */
  eps: number;
  weightDecay: number;
  /** Divides by the largest average of the square so far (Reddi et al. 2018). */
  amsgrad: boolean;
  /** Climbs instead of descending. */
  maximize: boolean;
  /**
   * libtorch's fused kernel, one native call for many parameters: true demands it, false does
   * without, null takes it for the parameters that it supports.
   */
  fused: boolean | null;
  /** Shrinks the parameters (AdamW) instead of adding to their gradients. */
  decoupledWeightDecay: boolean;
}

export interface AdamState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  expAvg: Tensor;
  expAvgSq: Tensor;
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

function requireInRange(name: string, value: number, below = Number.POSITIVE_INFINITY): void {
  if (!(value >= 0 && value < below)) {
    const range =
      below === Number.POSITIVE_INFINITY ? 'at least 0' : `at least 0 and below ${below}`;
    throw new RangeError(`${name} must be ${range}, got ${value}`);
  }
}

/**
 * Adam (Kingma and Ba 2015): with m and v the bias-corrected averages of the gradient g and of g²,
 * p <- p - lr m / (sqrt(v) + eps). Weight decay adds `weightDecay` p to g.
 */
export class Adam extends Optimizer<AdamOptions, AdamState> {
  #plans = new WeakMap<AdamGroup, AdamPlan>();

  /** Defaults: lr 1e-3, betas [0.9, 0.999], eps 1e-8, weightDecay 0, fused null, flags false. */
  constructor(params: Params<AdamOptions>, options: Partial<AdamOptions> = {}) {
    super(params, withDefaults(new.target.name, adamDefaults, options));
  }

  protected override checkOptions(options: AdamOptions): void {
    const { lr, betas, eps, weightDecay } = options;
    if (!(lr instanceof Tensor)) requireInRange('lr', lr);
    else if (lr.numel() !== 1) {
      throw new RangeError(`a tensor lr must have one element, got ${lr.numel()}`);
    }
    requireInRange('betas[0]', betas[0], 1);
    requireInRange('betas[1]', betas[1], 1);
    requireInRange('eps', eps);
    requireInRange('weightDecay', weightDecay);
  }

  protected override initialState(parameter: Tensor, group: AdamGroup): AdamState {
    if (parameter.grad?.layout !== 'strided') {
      throw new TypeError(
        `${this.constructor.name} takes dense gradients, got a ${parameter.grad?.layout} one`,
      );
    }
    const average = () => functions.torch.zerosLike(parameter, { memoryFormat: 'preserveFormat' });
    return {
      step: functions.torch.zeros([], { dtype: 'float32', device: stepDevice(parameter, group) }),
      expAvg: average(),
      expAvgSq: average(),
      ...(group.amsgrad && { maxExpAvgSq: average() }),
    };
  }

  protected override castState(
    parameter: Tensor,
    group: AdamGroup,
    name: string,
    value: Tensor,
  ): Tensor {
    return name === 'step'
      ? value.to({ dtype: 'float32', device: stepDevice(parameter, group) })
      : value.to({ dtype: parameter.dtype, device: parameter.device });
  }

  protected override stateReplaced(): void {
    this.#plans = new WeakMap();
  }

  protected override updateGroup(group: AdamGroup): void {
    const parameters: Tensor[] = [];
    const grads: Handle[] = [];
    for (const parameter of group.params) {
      const grad = native.grad(parameter.handle);
      if (grad === null) continue;
      parameters.push(parameter);
      grads.push(grad);
    }
    let plan = this.#plans.get(group);
    if (plan === undefined || !plan.fits(parameters, group)) {
      plan = new AdamPlan(parameters, group, (parameter) => this.stateOf(parameter, group));
      this.#plans.set(group, plan);
    }
    for (const bucket of plan.buckets) {
      const own = bucket.positions.map((position) => grads[position] as Handle);
      if (bucket.fused) stepFused(bucket, own, group);
      else stepEach(bucket, own, group);
    }
  }
}

/** The fused kernel reads the step count where the parameter is; the plain form on the CPU. */
function stepDevice(parameter: Tensor, group: AdamGroup) {
  return group.fused !== false && fusedKernelSupports(parameter) ? parameter.device : 'cpu';
}

function stepFused(bucket: AdamBucket, grads: readonly Handle[], group: AdamGroup): void {
  const { lr, betas, weightDecay, eps, amsgrad, maximize, decoupledWeightDecay } = group;
  const tensorLr = lr instanceof Tensor;
  if (bucket.onCpu) {
    // On a CPU this runs one addition after another, and would make a tensor of the 1 for each.
    aten('_foreach_add_', 'Tensor')(bucket.steps, aten('scalar_tensor')(1), 1);
  } else {
    aten('_foreach_add_', 'Scalar')(bucket.steps, 1);
  }
  aten(decoupledWeightDecay ? '_fused_adamw_' : '_fused_adam_', tensorLr ? 'tensor_lr' : '')(
    bucket.parameters,
    grads,
    bucket.expAvgs,
    bucket.expAvgSqs,
    bucket.maxExpAvgSqs,
    bucket.steps,
    tensorLr ? lr.handle : lr,
    betas[0],
    betas[1],
    weightDecay,
    eps,
    amsgrad,
    maximize,
    null,
    null,
  );
}

function stepEach(bucket: AdamBucket, grads: readonly Handle[], group: AdamGroup): void {
  for (const [i, { parameter, state }] of bucket.entries.entries()) {
    stepOne(parameter, wrap(grads[i] as Handle), state, group);
  }
}

/** A complex tensor as pairs of real numbers, which Adam treats as independent. */
function asReal(tensor: Tensor): Tensor {
  return isComplex(tensor.dtype) ? functions.torch.viewAsReal(tensor) : tensor;
}

function stepOne(given: Tensor, givenGrad: Tensor, state: AdamState, group: AdamGroup): void {
  const { betas, weightDecay, eps, maximize } = group;
  const [beta1, beta2] = betas;
  const lr = group.lr instanceof Tensor ? Number(group.lr.item()) : group.lr;
  const parameter = asReal(given);
  const expAvg = asReal(state.expAvg);
  const expAvgSq = asReal(state.expAvgSq);
  let grad = asReal(maximize ? givenGrad.neg() : givenGrad);

  state.step.add_(1);
  if (weightDecay !== 0) {
    if (group.decoupledWeightDecay) parameter.mul_(1 - lr * weightDecay);
    else grad = grad.add(parameter, { alpha: weightDecay });
  }
  expAvg.lerp_(grad, 1 - beta1);
  expAvgSq.mul_(beta2).addcmul_(grad, grad, { value: 1 - beta2 });

  let square = expAvgSq;
  if (group.amsgrad && state.maxExpAvgSq !== undefined) {
    square = asReal(state.maxExpAvgSq);
    square.copy_(square.maximum(expAvgSq));
  }
  const step = Number(state.step.item());
  const correction1 = 1 - beta1 ** step;
  const correction2 = Math.sqrt(1 - beta2 ** step);
  const denominator = square.sqrt().div_(correction2).add_(eps);
  parameter.addcdiv_(expAvg, denominator, { value: -lr / correction1 });
}
