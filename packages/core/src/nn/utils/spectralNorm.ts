import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { AnyModule } from '../module.js';
import { toPythonName } from '../names.js';
import { Parameter } from '../parameter.js';
import { computeField, giveOwnClass, isComputed, restoreField } from './computedField.js';
import {
  dividedBySigma,
  powerMethod,
  randomDirection,
  type SpectralNormOptions,
  spectralNormOptions,
  spectralSettings,
} from './spectral.js';

function partsOf(name: string): readonly [weight: string, u: string, v: string] {
  const own = toPythonName(name);
  return [`${own}_orig`, `${own}_u`, `${own}_v`];
}

/**
 * Divides a weight by its largest singular value (Miyato et al. 2018), which every use in training
 * brings closer by the power method. The parameter is `weight_orig`, the singular vectors are the
 * buffers `weight_u` and `weight_v`.
 *
 * PyTorch's older form; `parametrizations.spectralNorm` is the newer one.
 * @throws RangeError when the module has no such parameter, or it is made so already, and for
 *   options out of range
 */
export function spectralNorm<M extends AnyModule>(module: M, options: SpectralNormOptions = {}): M {
  checkOptions('spectralNorm', options, spectralNormOptions);
  const { name, weight, nPowerIterations, eps, dim } = spectralSettings(module, options);
  if (!(weight instanceof Parameter) || isComputed(module, name)) {
    throw new RangeError(`${module.constructor.name} has no parameter '${name}' of its own`);
  }
  const parts = partsOf(name);
  const rows = weight.size(dim);
  const u = randomDirection(weight, rows, eps);
  const v = randomDirection(weight, weight.numel() / rows, eps);
  giveOwnClass(module, module.constructor.name);
  computeField(module, name, {
    get(own) {
      const [weight, u, v] = parts.map((part) => Reflect.get(own, part)) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      const steps = own.training ? nPowerIterations : 0;
      powerMethod(weight, { dim, eps, steps, order: 'vu', u, v });
      return dividedBySigma(weight, dim, u, v);
    },
  });
  for (const [i, part] of parts.entries()) Reflect.set(module, part, [weight, u, v][i]);
  return module;
}

/**
 * Makes the weight, divided as it is now, one parameter again, a new one.
 * @throws RangeError when {@link spectralNorm} is not on it
 */
export function removeSpectralNorm<M extends AnyModule>(module: M, name = 'weight'): M {
  const [orig, u, v] = partsOf(name);
  if (!isComputed(module, name) || !Object.hasOwn(module, orig)) {
    throw new RangeError(`${module.constructor.name} has no spectralNorm on '${name}'`);
  }
  const { training } = module;
  module.training = false;
  const weight = tidy(() => new Parameter(Reflect.get(module, name) as Tensor));
  module.training = training;
  for (const part of [orig, u, v]) Reflect.deleteProperty(module, part);
  restoreField(module, name, weight);
  return module;
}
