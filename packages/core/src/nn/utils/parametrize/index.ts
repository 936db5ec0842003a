import { native } from '@flambeau/native';
import { noGrad } from '../../../autograd/gradMode.js';
import { checkOptions } from '../../../tensor/options.js';
import { tidy } from '../../../tensor/scope.js';
import { Tensor } from '../../../tensor/tensor.js';
import type { AnyModule } from '../../module.js';
import { ModuleDict } from '../../moduleDict.js';
import { Parameter } from '../../parameter.js';
import { type AnyClass, computeField, giveOwnClass, restoreField } from '../computedField.js';
import { currentValue } from './cache.js';
import { type Parametrization, ParametrizationList } from './parametrizationList.js';

export { cached } from './cache.js';
export { type Parametrization, ParametrizationList } from './parametrizationList.js';

function listsOf(module: AnyModule): ModuleDict<ParametrizationList> | undefined {
  const lists: unknown = Reflect.get(module, 'parametrizations');
  return lists instanceof ModuleDict ? lists : undefined;
}

/** @throws RangeError when the tensor is not parametrized */
function listOf(module: AnyModule, name: string): ParametrizationList {
  if (isParametrized(module, name)) return listsOf(module)?.get(name) as ParametrizationList;
  throw new RangeError(`${module.constructor.name} has no parametrization of '${name}'`);
}

/** Does the module have parametrizations, of the tensor `name` where that is given? */
export function isParametrized(module: AnyModule, name?: string): boolean {
  const lists = listsOf(module);
  if (lists === undefined) return false;
  return name === undefined ? lists.size > 0 : lists.has(name);
}

/** The class that a module had before it was parametrized. */
export function typeBeforeParametrizations(module: AnyModule): AnyClass {
  const own = module.constructor as AnyClass;
  return isParametrized(module) ? (Object.getPrototypeOf(own) as AnyClass) : own;
}

/**
 * Computes the parameter or buffer `name` of the module by `parametrization`, anew whenever it is
 * used. What is trained then is `module.parametrizations[name].original`, and its name in the state
 * dictionary `parametrizations.weight.original`; or `original0` … where `rightInverse` gives
 * several, which an optimiser must be told of. Further parametrizations apply to what the earlier
 * ones give. Assigning to the field goes through `rightInverse`.
 * @param options.unsafe lets the parametrization change shape and dtype, and does not check it.
 *   Default false
 * @throws RangeError when the module has no such parameter or buffer
 * @throws TypeError when the parametrization gives another shape or dtype
 */
export function registerParametrization<M extends AnyModule>(
  module: M,
  name: string,
  parametrization: Parametrization,
  options: { unsafe?: boolean } = {},
): M {
  checkOptions('registerParametrization', options, ['unsafe']);
  const { unsafe = false } = options;
  parametrization.train(module.training);
  if (isParametrized(module, name)) {
    const list = listOf(module, name);
    if (!unsafe) tidy(() => list.requireFits(parametrization, Reflect.get(module, name) as Tensor));
    list.append(parametrization);
    list.unsafe ||= unsafe;
    return module;
  }
  const current: unknown = Reflect.get(module, name);
  if (!(current instanceof Tensor)) {
    throw new RangeError(`${module.constructor.name} has no parameter or buffer '${name}'`);
  }
  begin(module, name, new ParametrizationList(parametrization, current, unsafe));
  return module;
}

function begin(module: AnyModule, name: string, list: ParametrizationList): void {
  if (!isParametrized(module)) {
    giveOwnClass(module, `Parametrized${module.constructor.name}`);
    Reflect.set(module, 'parametrizations', new ModuleDict());
  }
  listsOf(module)?.set(name, list);
  computeField(module, name, {
    get: (own) => currentValue(listOf(own, name)),
    set: (own, value) => listOf(own, name).assign(value),
  });
}

/**
 * Makes the tensor `name` a parameter or buffer again.
 * @param options.leaveParametrized leaves it the values that the parametrizations give; else those
 *   of `original`. Default true. Where it is made of several, it becomes a new parameter, which an
 *   optimiser must be told of
 * @throws RangeError when it is not parametrized, or `leaveParametrized` is false and it is made of
 *   several tensors
 */
export function removeParametrizations<M extends AnyModule>(
  module: M,
  name: string,
  options: { leaveParametrized?: boolean } = {},
): M {
  checkOptions('removeParametrizations', options, ['leaveParametrized']);
  const { leaveParametrized = true } = options;
  const value = unparametrized(listOf(module, name), leaveParametrized);
  const plain = typeBeforeParametrizations(module);
  listsOf(module)?.delete(name);
  restoreField(module, name, value);
  if (!isParametrized(module)) {
    Reflect.deleteProperty(module, 'parametrizations');
    Object.setPrototypeOf(module, plain.prototype);
  }
  return module;
}

function unparametrized(list: ParametrizationList, leaveParametrized: boolean): Tensor {
  const [original, ...others] = list.originals as [Tensor, ...Tensor[]];
  const isSingle = others.length === 0 && Object.hasOwn(list, 'original');
  if (isSingle) {
    if (leaveParametrized) {
      noGrad(() => tidy(() => native.setData(original.handle, list.value().handle)));
    }
    return original;
  }
  if (!leaveParametrized) {
    throw new RangeError('leaveParametrized: false needs a tensor that is made of a single one');
  }
  const value = list.value();
  return value.requiresGrad ? new Parameter(value) : value;
}
