import type { Handle } from '@flambeau/native';
import { aten } from '../../ops/aten.js';
import { functions } from '../../ops/install.js';
import { wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { listify, sampleCount, type Tensors } from '../batch.js';
import type { Callback } from '../callback.js';
import { itemLosses } from '../itemLosses.js';
import type { Learner } from '../learner.js';
import { computeLoss, type LossFunction } from '../lossFunction.js';
import type { FitState, Update } from '../state.js';

/** What the present batch was mixed with. */
interface Mixture {
  /** The targets of the partners. */
  readonly targets: Tensors;
  /** The share of each sample itself, from a half to 1, `[samples]`. */
  readonly share: Tensor;
}

/**
 * Trains on mixtures of samples (Zhang et al. 2018): each is mixed with a random one of its batch,
 * s x + (1 - s) x', where s is the larger of u and 1 - u for u ~ Beta(alpha, alpha), and its loss is
 * s loss(y) + (1 - s) loss(y'), averaged over the batch. Validation is as ever.
 */
export class MixUpCallback implements Callback {
  readonly #learn: Learner;
  readonly #alpha: number;
  #plain: LossFunction | undefined;
  #mixture: Mixture | undefined;

  /** @throws RangeError unless `alpha` is positive */
  constructor(learn: Learner, alpha = 0.4) {
    if (!(alpha > 0)) throw new RangeError(`MixUpCallback: alpha must be positive, got ${alpha}`);
    this.#learn = learn;
    this.#alpha = alpha;
  }

  onTrainBegin(): void {
    const plain = this.#learn.lossFunc;
    this.#plain = plain;
    this.#learn.lossFunc = (output: Tensors, ...targets: readonly Tensor[]) =>
      this.#loss(plain, output, targets.length === 1 ? (targets[0] as Tensor) : targets);
  }

  onBatchBegin({ train, lastInput, lastTarget }: FitState): Update {
    this.#mixture = undefined;
    if (!train) return;
    const [first] = listify(lastInput) as [Tensor];
    const samples = sampleCount(lastInput);
    const share = this.#drawShares(samples, first);
    const partners = functions.torch.randperm(samples, { device: first.device });
    const partner = (tensor: Tensor) => tensor.indexSelect(0, partners);
    this.#mixture = { targets: each(lastTarget, partner), share };
    const mix = (x: Tensor) => {
      if (!x.isFloatingPoint()) {
        throw new TypeError(`MixUpCallback mixes floating inputs, got ${x.dtype}`);
      }
      return partner(x).lerp(x, share.to(x.dtype).reshape([-1, ...x.shape.slice(1).map(() => 1)]));
    };
    return { lastInput: each(lastInput, mix) };
  }

  onTrainEnd(): void {
    this.#mixture = undefined;
    if (this.#plain !== undefined) this.#learn.lossFunc = this.#plain;
  }

  #drawShares(samples: number, { device }: Tensor): Tensor {
    const alphas = functions.torch.full([samples, 2], this.#alpha, { device, dtype: 'float32' });
    const drawn = wrap(aten('_sample_dirichlet')(alphas.handle) as Handle).select(1, 0);
    return drawn.maximum(drawn.neg().add(1));
  }

  #loss(plain: LossFunction, output: Tensors, target: Tensors): Tensor {
    if (this.#mixture === undefined) return computeLoss(plain, output, target);
    const { targets, share } = this.#mixture;
    const own = itemLosses(plain, output, target);
    return itemLosses(plain, output, targets).lerp(own, share.to(own.dtype)).mean();
  }
}

function each(tensors: Tensors, fn: (tensor: Tensor) => Tensor): Tensors {
  const changed = listify(tensors).map(fn);
  return Array.isArray(tensors) ? changed : (changed[0] as Tensor);
}
