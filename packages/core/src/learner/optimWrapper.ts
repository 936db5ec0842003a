import { noGrad } from '../autograd/gradMode.js';
import { foreach } from '../ops/foreach.js';
import { Adam } from '../optim/adam.js';
import type { Optimizer, OptimizerStateDict, SavedOptimizerState } from '../optim/optimizer.js';
import { withGradients } from '../optim/plan.js';
import { type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { LayerGroup } from './layerGroups.js';
import { splitParameters } from './paramGroups.js';
import { expandPerGroup, type PerGroup } from './perGroup.js';

/** What the learner needs of an optimiser. */
export type AnyOptimizer = Pick<
  Optimizer<object, object>,
  'paramGroups' | 'step' | 'zeroGrad' | 'stateDict' | 'loadStateDict' | 'dispose' | typeof tensorsOf
>;

/** Makes the optimiser of groups of parameters: `(params) => new optim.SGD(params)`. */
export type OptimizerFactory = (
  params: readonly { readonly params: readonly Tensor[] }[],
) => AnyOptimizer;

/** Adam with fast.ai's averages: betas [0.9, 0.99], eps 1e-8. */
export const defaultOptFunc: OptimizerFactory = (params) =>
  new Adam(params, { betas: [0.9, 0.99] });

export interface WeightDecayOptions {
  /** Shrinks the parameters before each step, instead of adding to their gradients. */
  readonly trueWd: boolean;
  /** Decays norm layers and biases too. */
  readonly bnWd: boolean;
}

/** The names that optimisers have for hyper-parameters. */
interface HyperGroup {
  readonly params: readonly Tensor[];
  lr: number;
  weightDecay: number;
  momentum?: number;
  alpha?: number;
  betas?: readonly [number, number];
  decoupledWeightDecay?: boolean;
}

/**
 * An optimiser whose hyper-parameters are set for each layer group of a learner. Each has two
 * groups of parameters in it, see {@link splitParameters}. Reading gives the last group's value.
 *
 * With `trueWd`, p <- p (1 - lr wd) for every p that has a gradient, then comes the optimiser's
 * step without weight decay (Loshchilov and Hutter 2019). Optimisers with a `decoupledWeightDecay`
 * of their own do both in one.
 */
export class OptimWrapper implements Disposable, TensorHolder {
  readonly optimizer: AnyOptimizer;
  readonly trueWd: boolean;
  readonly bnWd: boolean;
  readonly #groups: readonly HyperGroup[];
  #wd: readonly number[];

  constructor(
    optFunc: OptimizerFactory,
    layerGroups: readonly LayerGroup[],
    { trueWd, bnWd }: WeightDecayOptions,
  ) {
    this.optimizer = optFunc(splitParameters(layerGroups).map((params) => ({ params })));
    this.trueWd = trueWd;
    this.bnWd = bnWd;
    this.#groups = this.optimizer.paramGroups as unknown as readonly HyperGroup[];
    this.#wd = layerGroups.map(() => 0);
    this.wd = 0;
  }

  /** Learning rate. */
  get lr(): number {
    return this.lrs.at(-1) as number;
  }

  set lr(lr: PerGroup) {
    this.#each(lr, 'lr', (group, value) => {
      group.lr = value;
    });
  }

  /** The learning rates of all layer groups. */
  get lrs(): readonly number[] {
    return this.#groups.filter((_, i) => i % 2 === 0).map((group) => group.lr);
  }

  /** Momentum, or the first of Adam's betas; null where the optimiser has neither. */
  get mom(): number | null {
    const group = this.#groups.at(-1);
    return group?.momentum ?? group?.betas?.[0] ?? null;
  }

  set mom(mom: PerGroup) {
    this.#each(mom, 'mom', (group, value) => {
      if (group.momentum !== undefined) group.momentum = value;
      else if (group.betas !== undefined) group.betas = [value, group.betas[1]];
    });
  }

  /** RMSprop's alpha, or the second of Adam's betas; null where the optimiser has neither. */
  get beta(): number | null {
    const group = this.#groups.at(-1);
    return group?.alpha ?? group?.betas?.[1] ?? null;
  }

  set beta(beta: PerGroup) {
    this.#each(beta, 'beta', (group, value) => {
      if (group.alpha !== undefined) group.alpha = value;
      else if (group.betas !== undefined) group.betas = [group.betas[0], value];
    });
  }

  /** Weight decay. */
  get wd(): number {
    return this.#wd.at(-1) as number;
  }

  /** The weight decay of all layer groups. */
  get wds(): readonly number[] {
    return this.#wd;
  }

  set wd(wd: PerGroup) {
    this.#wd = expandPerGroup(wd, this.#wd.length, 'wd');
    this.#each(this.#wd, 'wd', (group, value, sparedFromDecay) => {
      const own = sparedFromDecay && !this.bnWd ? 0 : value;
      if (!this.trueWd) group.weightDecay = own;
      else if (group.decoupledWeightDecay === undefined) group.weightDecay = 0;
      else {
        group.decoupledWeightDecay = true;
        group.weightDecay = own;
      }
    });
  }

  step(): void {
    if (this.trueWd) this.#decay();
    this.optimizer.step();
  }

  zeroGrad(): void {
    this.optimizer.zeroGrad();
  }

  #decay(): void {
    noGrad(() =>
      tidy(() => {
        for (const [i, group] of this.#groups.entries()) {
          const wd = this.#wd[i >> 1] as number;
          if (group.decoupledWeightDecay !== undefined || wd === 0) continue;
          if (i % 2 === 1 && !this.bnWd) continue;
          const { parameters } = withGradients(group.params);
          if (parameters.length === 0) continue;
          const handles = parameters.map((parameter) => parameter.handle);
          foreach('mul_', 'Scalar', handles, 1 - group.lr * wd);
        }
      }),
    );
  }

  #each(
    values: PerGroup,
    name: string,
    set: (group: HyperGroup, value: number, sparedFromDecay: boolean) => void,
  ): void {
    const list = expandPerGroup(values, this.#wd.length, name);
    for (const [i, group] of this.#groups.entries()) {
      set(group, list[i >> 1] as number, i % 2 === 1);
    }
  }

  /** The optimiser's. */
  stateDict(): OptimizerStateDict {
    return this.optimizer.stateDict();
  }

  /** Takes copies of the optimiser's state and of its groups' options. */
  loadStateDict(dict: SavedOptimizerState): void {
    this.optimizer.loadStateDict(dict);
  }

  *[tensorsOf](): Generator<Tensor> {
    yield* this.optimizer[tensorsOf]();
  }

  /** Frees the optimiser's state. The parameters stay. */
  dispose(): void {
    this.optimizer.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
