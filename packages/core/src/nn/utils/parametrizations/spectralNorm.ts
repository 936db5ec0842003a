import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { normalize } from '../../functional/normalization.js';
import { type AnyModule, Module } from '../../module.js';
import { registerParametrization } from '../parametrize/index.js';
import {
  dividedBySigma,
  powerMethod,
  randomDirection,
  type SpectralNormOptions,
  spectralNormOptions,
  spectralSettings,
} from '../spectral.js';

type Settings = ReturnType<typeof spectralSettings>;

/** Steps of the power method before the first use. */
const warmUp = 15;

/** Named as in PyTorch, for the text of a module. */
class _SpectralNorm extends Module {
  readonly dim: number;
  readonly eps: number;
  readonly nPowerIterations: number;
  /** The singular vectors of the largest singular value; none where the weight is a vector. */
  readonly _u: Tensor | null = null;
  readonly _v: Tensor | null = null;

  constructor({ weight, dim, eps, nPowerIterations }: Settings) {
    super();
    this.dim = dim;
    this.eps = eps;
    this.nPowerIterations = nPowerIterations;
    if (weight.ndim < 2) return;
    const rows = weight.size(dim);
    this._u = randomDirection(weight, rows, eps);
    this._v = randomDirection(weight, weight.numel() / rows, eps);
    powerMethod(weight, { dim, eps, steps: warmUp, order: 'uv', u: this._u, v: this._v });
  }

  protected override forward(weight: Tensor): Tensor {
    const { _u: u, _v: v, dim, eps } = this;
    if (u === null || v === null) return tidy(() => normalize(weight, { dim: 0, eps }));
    const steps = this.training ? this.nPowerIterations : 0;
    powerMethod(weight, { dim, eps, steps, order: 'uv', u, v });
    return dividedBySigma(weight, dim, u, v);
  }

  rightInverse(value: Tensor): Tensor {
    return value;
  }
}

/**
 * Divides a weight by its largest singular value (Miyato et al. 2018), which every use in training
 * brings closer by the power method. A vector is divided by its length.
 * @throws RangeError when the module has no such parameter, and for options out of range
 */
export function spectralNorm<M extends AnyModule>(module: M, options: SpectralNormOptions = {}): M {
  checkOptions('spectralNorm', options, spectralNormOptions);
  const settings = spectralSettings(module, options);
  return registerParametrization(module, settings.name, new _SpectralNorm(settings));
}
