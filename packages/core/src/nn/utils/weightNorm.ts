import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';
import type { AnyModule } from '../module.js';
import { toPythonName } from '../names.js';
import { Parameter } from '../parameter.js';
import { computeField, giveOwnClass, isComputed, restoreField } from './computedField.js';
import {
  normalizedWeight,
  normExceptDim,
  type WeightNormOptions,
} from './parametrizations/weightNorm.js';

function partsOf(name: string): readonly [g: string, v: string] {
  return [`${toPythonName(name)}_g`, `${toPythonName(name)}_v`];
}

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
  const [g, v] = partsOf(name);
  giveOwnClass(module, module.constructor.name);
  computeField(module, name, {
    get: (own) => normalizedWeight(Reflect.get(own, v), Reflect.get(own, g), dim),
  });
  Reflect.set(
    module,
    g,
    tidy(() => new Parameter(normExceptDim(weight, dim))),
  );
  Reflect.set(module, v, new Parameter(weight));
  return module;
}

/**
 * Makes the weight one parameter again, a new one.
 * @throws RangeError when {@link weightNorm} is not on it
 */
export function removeWeightNorm<M extends AnyModule>(module: M, name = 'weight'): M {
  const [g, v] = partsOf(name);
  if (!isComputed(module, name) || !Object.hasOwn(module, g)) {
    throw new RangeError(`${module.constructor.name} has no weightNorm on '${name}'`);
  }
  const weight = tidy(() => new Parameter(Reflect.get(module, name) as Tensor));
  for (const part of [g, v]) Reflect.deleteProperty(module, part);
  restoreField(module, name, weight);
  return module;
}
