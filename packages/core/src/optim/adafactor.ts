import type { Handle } from '@flambeau/native';
import { functions } from '../ops/install.js';
import { isComplex } from '../tensor/dtype.js';
import { machineEpsilon } from '../tensor/machineEpsilon.js';
import { wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireInRange } from './checks.js';
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

/** What every group of {@link Adafactor} can be given. */
export interface AdafactorOptions extends Omit<KernelOptions, 'fused'> {
  /** The weight of a gradient in the averages is step^beta2Decay. */
  beta2Decay: number;
  /** Below the variances, null for the parameter's machine epsilon; and the least rate of a step. */
  eps: readonly [number | null, number];
  /** The largest root mean square of an update. */
  d: number;
}

export interface AdafactorState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  /** The average of g² over the last dimension, where the parameter has two or more. */
  rowVar?: Tensor;
  /** The same over the last but one. */
  colVar?: Tensor;
  /** The average of g², where the parameter has fewer than two dimensions. */
  variance?: Tensor;
}

type AdafactorGroup = ParamGroup<AdafactorOptions>;

const adafactorDefaults: AdafactorOptions = {
  lr: 1e-2,
  beta2Decay: -0.8,
  eps: [null, 1e-3],
  d: 1,
  weightDecay: 0,
  maximize: false,
};

/**
 * Adafactor (Shazeer and Stern 2018): Adam without momentum, whose squares of a matrix are kept as
 * one number for each row and each column. Steps are relative to the size of the parameter.
 */
export class Adafactor extends KernelOptimizer<AdafactorOptions, AdafactorState> {
  /** Defaults: lr 1e-2, beta2Decay -0.8, eps [null, 1e-3], d 1, weightDecay 0, maximize false. */
  constructor(params: Params<AdafactorOptions>, options: Partial<AdafactorOptions> = {}) {
    super(params, withDefaults(new.target.name, adafactorDefaults, options));
  }

  protected override checkOptions(options: AdafactorOptions): void {
    super.checkOptions(options);
    const { beta2Decay, eps, d } = options;
    if (!(beta2Decay <= 0)) {
      throw new RangeError(`beta2Decay must be at most 0, got ${beta2Decay}`);
    }
    requireInRange('eps[0]', eps[0] ?? 0);
    requireInRange('eps[1]', eps[1]);
    if (!(d >= 1)) throw new RangeError(`d must be at least 1, got ${d}`);
  }

  /** @throws TypeError for complex parameters, and for sparse gradients */
  protected override initialState(parameter: Tensor, group: AdafactorGroup): AdafactorState {
    this.requireDense(parameter);
    const { shape, dtype, device } = parameter;
    if (isComplex(dtype)) throw new TypeError(`Adafactor takes real parameters, got ${dtype}`);
    const step = newStep(parameter, group);
    if (shape.length < 2) return { step, variance: zerosLike(parameter) };
    const without = (dim: number) => functions.torch.zeros(shape.with(dim, 1), { dtype, device });
    return { step, rowVar: without(-1), colVar: without(-2) };
  }

  protected override updateBucket(
    bucket: Bucket<AdafactorState>,
    grads: readonly Handle[],
    group: AdafactorGroup,
  ): void {
    const steps = numbersIn(advance(bucket));
    const { maximize } = group;
    const lists = new RealLists(bucket, grads, { maximize, weightDecay: 0 });
    for (const [i, parameter] of bucket.members.entries()) {
      const state = this.stateOf(parameter, group);
      update(parameter, wrap(lists.grads[i] as Handle), steps[i] as number, state, group);
    }
  }
}

function update(
  parameter: Tensor,
  grad: Tensor,
  step: number,
  state: AdafactorState,
  group: AdafactorGroup,
): void {
  const { beta2Decay, weightDecay, d } = group;
  const lr = lrOf(group);
  const epsilon = group.eps[0] ?? machineEpsilon(parameter.dtype);
  const size = Math.max(group.eps[1], rootMeanSquare(parameter));
  if (weightDecay !== 0) parameter.mul_(1 - lr * weightDecay);
  const variances = averaged(grad, state, step ** beta2Decay, epsilon);
  const direction = variances
    .clampMin(epsilon ** 2)
    .rsqrt()
    .mul(grad);
  const rate = size * Math.min(lr, 1 / Math.sqrt(step));
  const excess = Math.max(1, rootMeanSquare(direction) / d);
  parameter.add_(direction, { alpha: -rate / excess });
}

/** Takes g² into the averages; gives what they say of each element. */
function averaged(
  grad: Tensor,
  { rowVar, colVar, variance }: AdafactorState,
  weight: number,
  epsilon: number,
): Tensor {
  const squares = grad.square();
  if (rowVar === undefined || colVar === undefined) {
    return (variance as Tensor).lerp_(squares, weight);
  }
  rowVar.lerp_(squares.mean(-1, true), weight);
  colVar.lerp_(squares.mean(-2, true), weight);
  return rowVar.matmul(colVar).div(rowVar.mean(-2, true).clampMin(epsilon));
}

function rootMeanSquare(tensor: Tensor): number {
  return Number(tensor.norm().item()) / Math.sqrt(tensor.numel());
}
