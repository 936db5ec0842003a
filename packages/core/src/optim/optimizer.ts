import { inspect } from 'node:util';
import { enableGrad, noGrad } from '../autograd/gradMode.js';
import { toCamelName, toPythonName } from '../nn/names.js';
import { clearGradients } from '../nn/parameter.js';
import { isUninitialized } from '../nn/uninitialized.js';
import { keep, type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';

type NamedTensor = readonly [name: string, parameter: Tensor];

/** Parameters that are trained with the same options. All options can be changed at any time. */
export type ParamGroup<Options extends object> = Options & {
  readonly params: readonly Tensor[];
  /** Present when the parameters were given with names. */
  readonly paramNames?: readonly string[];
};

/** A group to be: options that are missing get the optimiser's. */
export type ParamGroupInit<Options extends object> = Partial<Options> & {
  readonly params: Tensor | Iterable<Tensor> | Iterable<NamedTensor>;
};

export type Params<Options extends object> =
  | Iterable<Tensor>
  | Iterable<NamedTensor>
  | Iterable<ParamGroupInit<Options>>;

/** What a state can hold: tensors, numbers such as counts, and lists of them. */
export type StateEntry = Tensor | number | null | readonly StateEntry[];

type StateEntries = Readonly<Record<string, StateEntry>>;

/** PyTorch's layout and names: parameters are numbers, counted through all groups. */
export interface SavedOptimizerState {
  readonly state: ReadonlyMap<number, StateEntries> | Readonly<Record<number, StateEntries>>;
  readonly param_groups: readonly Readonly<Record<string, unknown>>[];
}

/** The same, with the numbers as keys of a Map: so they are whole numbers in Python, too. */
export interface OptimizerStateDict extends SavedOptimizerState {
  readonly state: ReadonlyMap<number, StateEntries>;
}

/** What is saved for each parameter, by its number. */
export function savedEntries({ state }: SavedOptimizerState): ReadonlyMap<number, StateEntries> {
  if (state instanceof Map) return state;
  return new Map(Object.entries(state).map(([id, entries]) => [Number(id), entries]));
}

/**
 * Changes parameters by their gradients.
 *
 * @typeParam Options what a group of parameters can be given
 * @typeParam State the tensors kept for each parameter
 */
export abstract class Optimizer<Options extends object, State extends object>
  implements Disposable, TensorHolder
{
  readonly defaults: Readonly<Options>;
  readonly paramGroups: readonly ParamGroup<Options>[] = [];
  readonly #state = new Map<Tensor, State>();

  /**
   * @throws RangeError for options out of range, no parameters at all, or one in several groups
   * @throws TypeError for an unknown option, or a parameter that is not a leaf tensor
   */
  constructor(params: Params<Options>, defaults: Options) {
    this.defaults = defaults;
    if (params instanceof Tensor || typeof params?.[Symbol.iterator] !== 'function') {
      throw new TypeError(
        `params must be an iterable of tensors or groups, got ${inspect(params)}`,
      );
    }
    const given = [...params] as (Tensor | NamedTensor | ParamGroupInit<Options>)[];
    if (given.length === 0) throw new RangeError('the optimizer got an empty parameter list');
    const isGroups = given.every((item) => item instanceof Object && 'params' in item);
    const groups = (isGroups ? given : [{ params: given }]) as ParamGroupInit<Options>[];
    for (const group of groups) this.addParamGroup(group);
  }

  /** What is kept for each parameter that had a gradient. */
  get state(): ReadonlyMap<Tensor, State> {
    return this.#state;
  }

  /** @throws RangeError for options out of range. Runs before the subclass's fields are there. */
  protected abstract checkOptions(options: Options): void;

  /** The tensors that a parameter begins with. */
  protected abstract initialState(parameter: Tensor, group: ParamGroup<Options>): State;

  /** A loaded state tensor as this optimiser needs it; the source may stay as it is. */
  protected abstract castState(
    parameter: Tensor,
    group: ParamGroup<Options>,
    name: string,
    value: Tensor,
  ): Tensor;

  /** One step of one group. Runs without recording, in a scope. */
  protected abstract updateGroup(group: ParamGroup<Options>): void;

  /** Called when a state tensor may have been exchanged for another. */
  protected stateReplaced(): void {}

  /** The tensors of one parameter, made on first use; no scope frees them. */
  protected stateOf(parameter: Tensor, group: ParamGroup<Options>): State {
    let state = this.#state.get(parameter);
    if (state === undefined) {
      state = this.initialState(parameter, group);
      for (const tensor of tensorsIn(state)) keep(tensor);
      this.#state.set(parameter, state);
    }
    return state;
  }

  /** Exchanges the state of a parameter: keeps the new tensors and frees those left out. */
  protected replaceState(parameter: Tensor, state: State): void {
    const kept = new Set(tensorsIn(state));
    for (const tensor of kept) keep(tensor);
    for (const tensor of tensorsIn(this.#state.get(parameter) ?? {})) {
      if (!kept.has(tensor)) tensor.dispose();
    }
    this.#state.set(parameter, state);
  }

  /** Adds parameters to train, such as layers that were frozen until now. */
  addParamGroup(init: ParamGroupInit<Options>): void {
    const { params, ...given } = init;
    const { tensors, names } = parametersOf(params);
    const options = withDefaults(this.constructor.name, this.defaults, given as Partial<Options>);
    const taken = new Set(this.paramGroups.flatMap((group) => group.params));
    for (const [index, tensor] of tensors.entries()) {
      if (isUninitialized(tensor)) {
        throw new TypeError(
          `parameter ${index} has no shape yet: call its lazy module once before it is optimized`,
        );
      }
      if (!tensor.isLeaf && !tensor.retainsGrad) {
        throw new TypeError(`parameter ${index} is not a leaf: only leaves can be optimized`);
      }
      if (taken.has(tensor)) {
        throw new RangeError(`parameter ${index} of the group is in the optimizer already`);
      }
      taken.add(tensor);
    }
    this.checkOptions(options);
    const group = { ...options, params: tensors, ...(names && { paramNames: names }) };
    (this.paramGroups as ParamGroup<Options>[]).push(group);
  }

  /** Drops the gradients of all parameters, or sets them to zero. */
  zeroGrad(setToNone = true): void {
    for (const group of this.paramGroups) clearGradients(group.params, setToNone);
  }

  /**
   * Changes every parameter that has a gradient.
   * @param closure computes the loss and its gradients first
   * @returns what `closure` returned
   */
  step(): void;
  step<T>(closure: () => T): T;
  step<T>(closure?: () => T): T | undefined {
    const result = closure === undefined ? undefined : enableGrad(closure);
    noGrad(() =>
      tidy(() => {
        for (const group of this.paramGroups) this.updateGroup(group);
      }),
    );
    return result;
  }

  /** The state, as the live tensors, and the options of all groups. */
  stateDict(): OptimizerStateDict {
    const numbers = new Map<Tensor, number>();
    for (const { params } of this.paramGroups) {
      for (const parameter of params) numbers.set(parameter, numbers.size);
    }
    const state = [...this.#state].map(
      ([parameter, tensors]) =>
        [numbers.get(parameter) as number, pythonNames(tensors) as StateEntries] as const,
    );
    const groups = this.paramGroups.map((group) => ({
      ...pythonNames(group),
      params: group.params.map((parameter) => numbers.get(parameter)),
    }));
    return { state: new Map(state), param_groups: groups };
  }

  /**
   * Takes copies of a state and the options of all groups. Options that this optimiser does not
   * have are left out; those that the dictionary lacks stay.
   * @throws RangeError when the groups or their sizes differ; nothing is then changed
   */
  loadStateDict(dict: SavedOptimizerState): void {
    const saved = dict.param_groups;
    const sizes = this.paramGroups.map((group) => group.params.length);
    const savedSizes = saved.map((group) => (group.params as unknown[]).length);
    if (sizes.join() !== savedSizes.join()) {
      throw new RangeError(
        `the optimizer has groups of [${sizes.join(', ')}] parameters, ` +
          `the state dictionary of [${savedSizes.join(', ')}]`,
      );
    }
    const options = this.paramGroups.map((group, i) => {
      const loaded = { ...group, ...this.#knownOptions(saved[i] as Record<string, unknown>) };
      this.checkOptions(loaded);
      return loaded;
    });
    const state = tidy(() => this.#copyState(dict));

    for (const tensors of this.#state.values()) {
      for (const tensor of tensorsIn(tensors)) tensor.dispose();
    }
    this.#state.clear();
    for (const [parameter, tensors] of state) {
      for (const tensor of tensorsIn(tensors)) keep(tensor);
      this.#state.set(parameter, tensors);
    }
    for (const [i, group] of this.paramGroups.entries()) Object.assign(group, options[i]);
    this.stateReplaced();
  }

  #knownOptions(saved: Readonly<Record<string, unknown>>): Partial<Options> {
    const known = [...Object.keys(this.defaults), ...scheduleOptions]
      .map((name) => [name, saved[toPythonName(name)]] as const)
      .filter(([, value]) => value !== undefined);
    return Object.fromEntries(known) as Partial<Options>;
  }

  #copyState(dict: SavedOptimizerState): Map<Tensor, State> {
    const entries = savedEntries(dict);
    const copies = new Map<Tensor, State>();
    for (const [i, group] of this.paramGroups.entries()) {
      const ids = dict.param_groups[i]?.params as readonly number[];
      for (const [position, parameter] of group.params.entries()) {
        const saved = entries.get(ids[position] as number);
        if (saved === undefined) continue;
        const state = Object.entries(saved).map(([pythonName, value]) => {
          const name = toCamelName(pythonName);
          const copy = (entry: StateEntry): StateEntry => {
            if (entry instanceof Tensor) {
              return this.castState(parameter, group, name, entry).clone();
            }
            return Array.isArray(entry) ? entry.map(copy) : entry;
          };
          return [name, copy(value)];
        });
        copies.set(parameter, Object.fromEntries(state) as State);
      }
    }
    return copies;
  }

  /** All state tensors. */
  *[tensorsOf](): Generator<Tensor> {
    for (const state of this.#state.values()) yield* tensorsIn(state);
  }

  /** Frees the state. The parameters stay. */
  dispose(): void {
    for (const tensor of this[tensorsOf]()) tensor.dispose();
    this.#state.clear();
    this.stateReplaced();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** What learning rate schedulers put into groups. */
const scheduleOptions = ['initialLr', 'maxLr', 'minLr', 'baseMomentum', 'maxMomentum'];

function tensorsIn(state: object): Tensor[] {
  return Object.values(state)
    .flat()
    .filter((value) => value instanceof Tensor);
}

function pythonNames(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [toPythonName(name), value]),
  );
}

/**
 * `given`, completed by `defaults`; what is undefined counts as missing.
 * @throws TypeError for an option that `defaults` does not have
 */
export function withDefaults<Options extends object>(
  owner: string,
  defaults: Options,
  given: Partial<Options>,
): Options {
  for (const name of Object.keys(given)) {
    if (!(name in defaults)) {
      const known = Object.keys(defaults).join(', ');
      throw new TypeError(`${owner} has no option '${name}'; it has ${known}`);
    }
  }
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...(Object.fromEntries(known) as Partial<Options>) };
}

function parametersOf(params: ParamGroupInit<object>['params']): {
  tensors: Tensor[];
  names: string[] | undefined;
} {
  const items: readonly unknown[] = params instanceof Tensor ? [params] : [...params];
  const names: string[] = [];
  const tensors = items.map((item, index) => {
    const [name, tensor] = Array.isArray(item) ? item : [undefined, item];
    if (!(tensor instanceof Tensor)) {
      throw new TypeError(
        `parameter ${index} must be a Tensor, got ${inspect(tensor, { depth: 0 })}`,
      );
    }
    if (typeof name === 'string') names.push(name);
    return tensor;
  });
  if (names.length > 0 && names.length < tensors.length) {
    throw new TypeError('either all parameters of a group have names, or none');
  }
  return { tensors, names: names.length > 0 ? names : undefined };
}
