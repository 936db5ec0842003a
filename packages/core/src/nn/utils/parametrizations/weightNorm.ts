import type { Handle } from '@flambeau/native';
import { aten } from '../../../ops/aten.js';
import { functions } from '../../../ops/install.js';
import { checkOptions } from '../../../tensor/options.js';
import { wrap } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { type AnyModule, Module } from '../../module.js';
import { toPythonName } from '../../names.js';
import { registerParametrization } from '../parametrize/index.js';

export interface WeightNormOptions {
  /** The parameter's field. Default 'weight'. */
  name?: string;
  /** The dimension whose every slice has a length of its own; null for one of all. Default 0. */
  dim?: number | null;
}

/** g v / ‖v‖, with the norm over all dimensions but `dim`; -1 is none of them. */
export function normalizedWeight(v: Tensor, g: Tensor, dim: number): Tensor {
  return wrap(aten('_weight_norm')(v.handle, g.handle, dim) as Handle);
}

/** The norm over all dimensions but `dim`, which stay with the size 1. */
export function normExceptDim(weight: Tensor, dim: number): Tensor {
  return functions.torch.normExceptDim(weight, 2, dim);
}

/** Named as in PyTorch, for the text of a module. */
class _WeightNorm extends Module<[g: Tensor, v: Tensor]> {
  readonly dim: number;

  constructor(dim: number | null) {
    super();
    this.dim = dim ?? -1;
  }

  protected override forward(g: Tensor, v: Tensor): Tensor {
    return normalizedWeight(v, g, this.dim);
  }

  rightInverse(weight: Tensor): readonly Tensor[] {
    return [normExceptDim(weight, this.dim), weight];
  }
}

/**
 * Learns the length and the direction of a weight apart (Salimans and Kingma 2016): w = g v / ‖v‖.
 * g is `original0`, v `original1`. State dictionaries of the older `nn.utils.weightNorm` load.
 * @throws RangeError when the module has no such parameter
 */
export function weightNorm<M extends AnyModule>(module: M, options: WeightNormOptions = {}): M {
  checkOptions('weightNorm', options, ['name', 'dim']);
  const { name = 'weight', dim = 0 } = options;
  registerParametrization(module, name, new _WeightNorm(dim), { unsafe: true });
  module.registerLoadStateDictPreHook((_, state, prefix) => {
    for (const [i, letter] of ['g', 'v'].entries()) {
      const older = `${prefix}${toPythonName(name)}_${letter}`;
      const loaded = state[older];
      if (loaded === undefined) continue;
      delete state[older];
      state[`${prefix}parametrizations.${toPythonName(name)}.original${i}`] = loaded;
    }
  });
  return module;
}
