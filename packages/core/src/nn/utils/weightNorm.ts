import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';
import type { AnyModule } from '../module.js';
import { toPythonName } from '../names.js';
import { Parameter } from '../parameter.js';
import { computedField, isComputed, restoreField } from './computedField.js';
import {
  normalizedWeight,
  normExceptDim,
  type WeightNormOptions,
} from './parametrizations/weightNorm.js';

const partsOf = (name: string) => [`${toPythonName(name)}_g`, `${toPythonName(name)}_v`] as const;

/**
 * Learns the length and the direction of a weight apart (Salimans and Kingma 2016): w = g v / ‖v‖,
 * with g and v the parameters `weight_g` and `weight_v`.
 * @deprecated PyTorch's older form; `parametrizations.weightNorm` loads its state dictionaries.
 * @throws RangeError when the module has no such parameter, or it is made so already
 */
export function weightNorm<M extends AnyModule>(module: M, options: WeightNormOptions = {}): M {
  checkOptions('weightNorm', options, ['name', 'dim']);
  const { name = 'weight' } = options;
  const dim = options.dim === undefined ? 0 : (options.dim ?? -1);
  const weight: unknown = Reflect.get(module, name);
  if (!(weight instanceof Tensor) || isComputed(module, name)) {
    throw new RangeError(`${module.constructor.name} has no parameter '${name}' of its own`);
  }
  const [gName, vName] = partsOf(name);
  const g = tidy(() => new Parameter(normExceptDim(weight, dim)));
  const v = new Parameter(weight);
  computedField(module, name, () => normalizedWeight(v, g, dim));
  Reflect.set(module, gName, g);
  Reflect.set(module, vName, v);
  return module;
}

/**
 * Makes the weight one parameter again, a new one.
 * @throws RangeError when {@link weightNorm} is not on it
 */
export function removeWeightNorm<M extends AnyModule>(module: M, name = 'weight'): M {
  const [gName, vName] = partsOf(name);
  if (!isComputed(module, name) || !Object.hasOwn(module, gName)) {
    throw new RangeError(`${module.constructor.name} has no weightNorm on '${name}'`);
  }
  const weight = tidy(() => new Parameter(Reflect.get(module, name) as Tensor));
  Reflect.deleteProperty(module, gName);
  Reflect.deleteProperty(module, vName);
  restoreField(module, name, weight);
  return module;
}
