import { noGrad } from '../autograd/gradMode.js';
import { foreach } from '../ops/foreach.js';
import { keep, type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Optimizer, OptimizerStateDict, ParamGroup, ParamGroupInit } from './optimizer.js';

/** The state of the optimiser inside, and fast.ai's two additions. */
export interface LookaheadStateDict extends OptimizerStateDict {
  readonly count: number;
  /** By group; null before the first step. */
  readonly slow_weights: readonly (readonly Tensor[])[] | null;
}

/**
 * Lookahead (Zhang et al. 2019), as fast.ai has it: the optimiser inside makes `k` steps, then slow
 * weights go the part `alpha` of the way to where it came, and it goes on from there.
 */
export class Lookahead<Options extends object, State extends object>
  implements Disposable, TensorHolder
{
  readonly optimizer: Optimizer<Options, State>;
  readonly k: number;
  readonly alpha: number;
  #count = 0;
  readonly #slow = new Map<Tensor, Tensor>();

  /**
   * Defaults: k 6, alpha 0.5.
   * @throws RangeError unless k is a whole number of at least 1 and alpha from 0 to 1
   */
  constructor(optimizer: Optimizer<Options, State>, k = 6, alpha = 0.5) {
    if (!Number.isSafeInteger(k) || k < 1) {
      throw new RangeError(`k must be a whole number of at least 1, got ${k}`);
    }
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new RangeError(`alpha must be from 0 to 1, got ${alpha}`);
    }
    this.optimizer = optimizer;
    this.k = k;
    this.alpha = alpha;
  }

  /** Those of the optimiser inside, as are the groups. */
  get defaults(): Readonly<Options> {
    return this.optimizer.defaults;
  }

  get paramGroups(): readonly ParamGroup<Options>[] {
    return this.optimizer.paramGroups;
  }

  addParamGroup(init: ParamGroupInit<Options>): void {
    this.optimizer.addParamGroup(init);
  }

  zeroGrad(setToNone = true): void {
    this.optimizer.zeroGrad(setToNone);
  }

  /** A step of the optimiser inside, after every `k`-th the slow weights follow. */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const parameters = this.paramGroups.flatMap((group) => group.params);
    const slow = parameters.map((parameter) => this.#slowOf(parameter).handle);
    const result = closure === undefined ? undefined : this.optimizer.step(closure);
    if (closure === undefined) this.optimizer.step();
    if (++this.#count % this.k === 0) {
      const fast = parameters.map((parameter) => parameter.handle);
      noGrad(() => {
        foreach('lerp_', 'Scalar', slow, fast, this.alpha);
        foreach('copy_', '', fast, slow, false);
      });
    }
    return result;
  }

  /** The weights of a parameter, copied when first asked for; no scope frees them. */
  #slowOf(parameter: Tensor): Tensor {
    let slow = this.#slow.get(parameter);
    if (slow === undefined) {
      slow = keep(tidy(() => parameter.detach().clone()));
      this.#slow.set(parameter, slow);
    }
    return slow;
  }

  /** The state, as the live tensors, and the options of all groups. */
  stateDict(): LookaheadStateDict {
    const weights = this.paramGroups.map((group) =>
      group.params.map((parameter) => this.#slowOf(parameter)),
    );
    return {
      ...this.optimizer.stateDict(),
      count: this.#count,
      slow_weights: this.#count === 0 ? null : weights,
    };
  }

  /**
   * Takes copies.
   * @throws RangeError when the groups, their sizes or the shapes of the weights differ
   */
  loadStateDict(dict: LookaheadStateDict): void {
    const { slow_weights: weights } = dict;
    for (const [i, { params }] of this.paramGroups.entries()) {
      for (const [position, parameter] of params.entries()) {
        const saved = weights?.[i]?.[position];
        if (weights !== null && String(saved?.shape) !== String(parameter.shape)) {
          throw new RangeError(
            `slow weight ${position} of group ${i} must have the shape [${parameter.shape}], ` +
              `got ${saved === undefined ? 'none' : `[${saved.shape}]`}`,
          );
        }
      }
    }
    this.optimizer.loadStateDict(dict);
    this.#freeSlow();
    this.#count = dict.count;
    if (weights === null) return;
    noGrad(() => {
      for (const [i, { params }] of this.paramGroups.entries()) {
        for (const [position, parameter] of params.entries()) {
          this.#slowOf(parameter).copy_(weights[i]?.[position] as Tensor);
        }
      }
    });
  }

  #freeSlow(): void {
    for (const slow of this.#slow.values()) slow.dispose();
    this.#slow.clear();
  }

  /** All state tensors. */
  *[tensorsOf](): Generator<Tensor> {
    yield* this.optimizer[tensorsOf]();
    yield* this.#slow.values();
  }

  /** Frees the state, also of the optimiser inside. The parameters stay. */
  dispose(): void {
    this.optimizer.dispose();
    this.#freeSlow();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
