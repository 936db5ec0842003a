import { noGrad } from '../autograd/gradMode.js';
import { Tensor } from '../tensor/tensor.js';
import { isBatchNorm } from './batchnorm.js';
import type { AnyModule } from './module.js';

/** Fills a weight in place: `nn.init.kaimingNormal_`, for instance. */
export type InitFunction = (weight: Tensor) => unknown;

/** Initialises the layer's own weight, if it has one, by `init`, and makes its bias 0. */
export function initDefault<M extends AnyModule>(layer: M, init: InitFunction): M {
  const { weight, bias } = layer as { weight?: unknown; bias?: unknown };
  noGrad(() => {
    if (weight instanceof Tensor) init(weight);
    if (bias instanceof Tensor) bias.zero_();
  });
  return layer;
}

/**
 * {@link initDefault} for all leaf modules that are trained, but batch norms and vectors: fast.ai's
 * beginning of a new head.
 */
export function applyInit(model: AnyModule, init: InitFunction): void {
  for (const module of model.modules()) {
    const isLeaf = module.children().next().done;
    const first = module.parameters().next();
    if (isLeaf && !isBatchNorm(module) && !first.done && first.value.requiresGrad) {
      initDefault(module, init);
    }
  }
}
