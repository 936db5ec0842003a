import type { Handle } from '@flambeau/native';
import { foreach } from '../ops/foreach.js';
import type { Tensor } from '../tensor/tensor.js';
import { requireInRange } from './checks.js';
import {
  advance,
  KernelOptimizer,
  type KernelOptions,
  lrOf,
  newStep,
  RealLists,
  zerosLike,
} from './kernelOptimizer.js';
import { type ParamGroup, type Params, withDefaults } from './optimizer.js';
import type { Bucket } from './plan.js';

/** What every group of {@link Adadelta} can be given. */
export interface AdadeltaOptions extends Omit<KernelOptions, 'fused'> {
  /** Decay of the averages, 0 to 1. */
  rho: number;
  /** Added below both roots. */
  eps: number;
}

export interface AdadeltaState {
  /** float32 `[]`: the steps so far. */
  step: Tensor;
  squareAvg: Tensor;
  /** The average of the squares of the changes. */
  accDelta: Tensor;
}

type AdadeltaGroup = ParamGroup<AdadeltaOptions>;

const adadeltaDefaults: AdadeltaOptions = {
  lr: 1,
  rho: 0.9,
  eps: 1e-6,
  weightDecay: 0,
  maximize: false,
};

/**
 * Adadelta (Zeiler 2012): with v and u the averages of g² and of d²,
 * d = g sqrt(u + eps) / sqrt(v + eps), p <- p - lr d.
 */
export class Adadelta extends KernelOptimizer<AdadeltaOptions, AdadeltaState> {
  /** Defaults: lr 1, rho 0.9, eps 1e-6, weightDecay 0, maximize false. */
  constructor(params: Params<AdadeltaOptions>, options: Partial<AdadeltaOptions> = {}) {
    super(params, withDefaults(new.target.name, adadeltaDefaults, options));
  }

  protected override checkOptions(options: AdadeltaOptions): void {
    super.checkOptions(options);
    if (!(options.rho >= 0 && options.rho <= 1)) {
      throw new RangeError(`rho must be from 0 to 1, got ${options.rho}`);
    }
    requireInRange('eps', options.eps);
  }

  protected override initialState(parameter: Tensor, group: AdadeltaGroup): AdadeltaState {
    this.requireDense(parameter);
    return {
      step: newStep(parameter, group),
      squareAvg: zerosLike(parameter),
      accDelta: zerosLike(parameter),
    };
  }

  protected override updateBucket(
    bucket: Bucket<AdadeltaState>,
    grads: readonly Handle[],
    group: AdadeltaGroup,
  ): void {
    const { rho, eps } = group;
    advance(bucket);
    const lists = new RealLists(bucket, grads, group);
    const squares = lists.list('squareAvg');
    const changes = lists.list('accDelta');
    averageSquares(squares, lists.grads, rho);
    const deltas = rootsOf(changes, eps);
    foreach('div_', 'List', deltas, rootsOf(squares, eps));
    foreach('mul_', 'List', deltas, lists.grads);
    averageSquares(changes, deltas, rho);
    foreach('add_', 'List', lists.parameters, deltas, -lrOf(group));
  }
}

function averageSquares(averages: readonly Handle[], values: readonly Handle[], rho: number): void {
  foreach('mul_', 'Scalar', averages, rho);
  foreach('addcmul_', 'Scalar', averages, values, values, 1 - rho);
}

function rootsOf(averages: readonly Handle[], eps: number): readonly Handle[] {
  const roots = foreach('add', 'Scalar', averages, eps);
  foreach('sqrt_', '', roots);
  return roots;
}
