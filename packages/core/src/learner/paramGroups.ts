import { isBatchNorm } from '../nn/batchnorm.js';
import { Conv1d, Conv2d, Conv3d } from '../nn/conv.js';
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from '../nn/convTranspose.js';
import { Linear } from '../nn/linear.js';
import type { AnyModule } from '../nn/module.js';
import { LayerNorm } from '../nn/normalization.js';
import type { Parameter } from '../nn/parameter.js';
import type { LayerGroup } from './layerGroups.js';

const biasedTypes = [
  Linear,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
];

/**
 * The trainable parameters of each layer group in two lists: those that always decay, then those
 * that `bnWd: false` spares, which are all of batch and layer norms and the biases of linear and
 * convolutional layers. They are in the order of the modules; a shared one is where it comes first.
 */
export function splitParameters(groups: readonly LayerGroup[]): readonly Parameter[][] {
  const seen = new Set<Parameter>();
  return groups.flatMap((group) => {
    const decaying: Parameter[] = [];
    const spared: Parameter[] = [];
    for (const module of group) {
      for (const parameter of module.parameters()) {
        if (!parameter.requiresGrad || seen.has(parameter)) continue;
        seen.add(parameter);
        (isSpared(module, parameter) ? spared : decaying).push(parameter);
      }
    }
    return [decaying, spared];
  });
}

function isSpared(module: AnyModule, parameter: Parameter): boolean {
  if (isBatchNorm(module) || module instanceof LayerNorm) return true;
  return biasedTypes.some((type) => module instanceof type && module.bias === parameter);
}
