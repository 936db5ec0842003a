import { inspect } from 'node:util';
import { native } from '@flambeau/native';
import { noGrad } from '../autograd/gradMode.js';
import { type Device, type DType, isFloatingPoint } from '../tensor/dtype.js';
import { type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { blankCopy, deepCopy } from './deepCopy.js';
import { HookedModule } from './hookedModule.js';
import { conversionTo, type ModuleTarget } from './moduleTarget.js';
import { toPythonName } from './names.js';
import { clearGradients, Parameter } from './parameter.js';
import { type KeyMismatch, type StateDict, StateLoading } from './stateDict.js';
import { moduleText } from './text.js';

/** A module of any inputs and outputs. */
export type AnyModule = Module<readonly unknown[], unknown>;

/**
 * A layer or a model: a function with parameters.
 *
 * A subclass assigns its parts to its own fields and defines {@link forward}:
 *
 * - a {@link Parameter} is trained,
 * - any other {@link Tensor} is a buffer: it is saved and moved with the model, not trained,
 * - a {@link Module} is a submodule.
 *
 * They are found by walking the fields in the order of their definition; a private `#field` is not
 * seen, and not copied by {@link clone}, so declare what is private as `private`. Outside, they bear the names Python gives to them: the field `runningMean` of the field
 * `norm1` has the key `norm1.running_mean`.
 *
 * @typeParam In the tuple of what {@link call} takes
 * @typeParam Out what it gives
 */
export abstract class Module<In extends readonly unknown[] = [input: Tensor], Out = Tensor>
  extends HookedModule<In, Out>
  implements Disposable, TensorHolder
{
  /** Whether layers such as dropout and batch norm behave as in training. */
  training = true;
  readonly #nonPersistent = new Set<string>();

  // --- parts

  *#ownParameters(): Generator<[name: string, parameter: Parameter]> {
    for (const [field, value] of Object.entries(this)) {
      if (value instanceof Parameter) yield [toPythonName(field), value];
    }
  }

  *#ownBuffers(): Generator<[name: string, buffer: Tensor]> {
    for (const [field, value] of Object.entries(this)) {
      if (value instanceof Tensor && !(value instanceof Parameter)) {
        yield [toPythonName(field), value];
      }
    }
  }

  *#ownModules(): Generator<[name: string, module: AnyModule]> {
    for (const [field, value] of Object.entries(this)) {
      if (value instanceof Module) yield [toPythonName(field), value];
    }
  }

  /** Every module below and including this one, a shared one once, before its submodules. */
  *namedModules(): Generator<[name: string, module: AnyModule]> {
    yield* this.#walk('', new Set());
  }

  *#walk(prefix: string, seen: Set<AnyModule>): Generator<[name: string, module: AnyModule]> {
    if (seen.has(this)) return;
    seen.add(this);
    yield [prefix, this];
    for (const [name, child] of this.#ownModules()) {
      yield* child.#walk(joinName(prefix, name), seen);
    }
  }

  *modules(): Generator<AnyModule> {
    for (const [, module] of this.namedModules()) yield module;
  }

  /** The direct submodules, a shared one once. */
  *namedChildren(): Generator<[name: string, module: AnyModule]> {
    yield* once(this.#ownModules(), new Set());
  }

  *children(): Generator<AnyModule> {
    for (const [, module] of this.namedChildren()) yield module;
  }

  /**
   * The parameters of this module and, unless `recurse` is false, of all below it; a shared one
   * once.
   */
  *namedParameters(recurse = true): Generator<[name: string, parameter: Parameter]> {
    const seen = new Set<Parameter>();
    for (const [prefix, module] of recurse ? this.namedModules() : this.#self()) {
      for (const [name, parameter] of once(module.#ownParameters(), seen)) {
        yield [joinName(prefix, name), parameter];
      }
    }
  }

  *parameters(recurse = true): Generator<Parameter> {
    for (const [, parameter] of this.namedParameters(recurse)) yield parameter;
  }

  /** Like {@link namedParameters}, for buffers. */
  *namedBuffers(recurse = true): Generator<[name: string, buffer: Tensor]> {
    const seen = new Set<Tensor>();
    for (const [prefix, module] of recurse ? this.namedModules() : this.#self()) {
      for (const [name, buffer] of once(module.#ownBuffers(), seen)) {
        yield [joinName(prefix, name), buffer];
      }
    }
  }

  *buffers(recurse = true): Generator<Tensor> {
    for (const [, buffer] of this.namedBuffers(recurse)) yield buffer;
  }

  *#self(): Generator<[name: string, module: AnyModule]> {
    yield ['', this];
  }

  /** Parameters and buffers; the tensors that live and die with this module. */
  *[tensorsOf](): Generator<Tensor> {
    yield* this.parameters();
    yield* this.buffers();
  }

  /**
   * The submodule of that name, `layers.0`; this module for the empty name.
   * @throws RangeError when there is none
   */
  getSubmodule(target: string): AnyModule {
    let module: AnyModule = this;
    if (target === '') return module;
    for (const name of target.split('.')) {
      const child = new Map(module.#ownModules()).get(name);
      if (child === undefined) {
        throw new RangeError(
          `${module.#name} has no submodule '${name}' (looking for '${target}')`,
        );
      }
      module = child;
    }
    return module;
  }

  /** The parameter of that name, `layers.0.weight`. @throws RangeError when there is none */
  getParameter(target: string): Parameter {
    const [module, name] = this.#owner(target);
    const found = new Map(module.#ownParameters()).get(name);
    if (found === undefined) throw new RangeError(`${module.#name} has no parameter '${name}'`);
    return found;
  }

  /** The buffer of that name. @throws RangeError when there is none */
  getBuffer(target: string): Tensor {
    const [module, name] = this.#owner(target);
    const found = new Map(module.#ownBuffers()).get(name);
    if (found === undefined) throw new RangeError(`${module.#name} has no buffer '${name}'`);
    return found;
  }

  #owner(target: string): [module: AnyModule, name: string] {
    const dot = target.lastIndexOf('.');
    return [this.getSubmodule(target.slice(0, Math.max(dot, 0))), target.slice(dot + 1)];
  }

  /**
   * Makes `module` a submodule under a name that is known only at run time.
   * @throws TypeError for a name that is empty, has a dot or is taken by something else
   */
  addModule(name: string, module: AnyModule): void {
    if (!(module instanceof Module)) {
      throw new TypeError(`submodule '${name}' must be a Module, got ${inspect(module)}`);
    }
    this.#setField(name, module, (present) => present instanceof Module);
  }

  /** Makes `parameter` a parameter under a name that is known only at run time. */
  registerParameter(name: string, parameter: Parameter | null): void {
    if (parameter !== null && !(parameter instanceof Parameter)) {
      throw new TypeError(
        `parameter '${name}' must be a Parameter or null, got ${inspect(parameter)}`,
      );
    }
    this.#setField(name, parameter, (present) => present instanceof Parameter);
  }

  /**
   * Makes `buffer` a buffer, and says whether it is part of the state dictionary. A buffer that is
   * needs no registration: assigning it to a field is enough.
   * @returns the buffer, so that a field can be declared with it
   */
  registerBuffer<T extends Tensor | null>(
    name: string,
    buffer: T,
    options: { persistent?: boolean } = {},
  ): T {
    if (buffer !== null && !(buffer instanceof Tensor)) {
      throw new TypeError(`buffer '${name}' must be a Tensor or null, got ${inspect(buffer)}`);
    }
    this.#setField(name, buffer, (present) => present instanceof Tensor);
    const key = toPythonName(name);
    if (options.persistent === false) this.#nonPersistent.add(key);
    else this.#nonPersistent.delete(key);
    return buffer;
  }

  #setField(name: string, value: unknown, replaces: (present: unknown) => boolean): void {
    if (typeof name !== 'string' || name === '' || name.includes('.')) {
      throw new TypeError(`a part's name must be a text without dots, got ${inspect(name)}`);
    }
    const present: unknown = Reflect.get(this, name);
    if (present !== undefined && present !== null && !replaces(present)) {
      throw new TypeError(`${this.#name} has something else under the name '${name}'`);
    }
    Reflect.set(this, name, value);
  }

  // --- state

  /** Names in {@link stateDict} that an older file may lack; they then stay as they are. */
  protected get optionalState(): readonly string[] {
    return [];
  }

  *#ownState(): Generator<[name: string, tensor: Tensor]> {
    yield* this.#ownParameters();
    for (const entry of this.#ownBuffers()) {
      if (!this.#nonPersistent.has(entry[0])) yield entry;
    }
  }

  /**
   * Parameters and persistent buffers under PyTorch's keys, without history; they share memory
   * with the model. A part that is used twice is there twice.
   * @param options.prefix what every key begins with. Default `''`
   * @param options.keepVars gives the parameters and buffers themselves. Default false
   */
  stateDict(options: { prefix?: string; keepVars?: boolean } = {}): StateDict {
    const state: StateDict = {};
    this.#saveTo(state, options.prefix ?? '', options.keepVars ?? false);
    return state;
  }

  #saveTo(state: StateDict, prefix: string, keepVars: boolean): void {
    for (const { hook } of this.stateHooks?.savePre.all() ?? []) hook(this, prefix, keepVars);
    for (const [name, tensor] of this.#ownState()) {
      state[prefix + name] = keepVars ? tensor : tensor.detach();
    }
    for (const [name, child] of this.#ownModules()) {
      child.#saveTo(state, `${prefix}${name}.`, keepVars);
    }
    for (const { hook } of this.stateHooks?.savePost.all() ?? []) hook(this, state, prefix);
  }

  /**
   * Copies values into the parameters and buffers, in place.
   * @param options.strict whether every name must be there and known. Default true
   * @returns the names that are missing and unknown
   * @throws StateDictError listing all that is wrong; the model is then unchanged, unless a hook
   * for after the loading let a missing or unknown name pass until then
   */
  loadStateDict(state: Readonly<StateDict>, options: { strict?: boolean } = {}): KeyMismatch {
    const loading = new StateLoading();
    this.#matchState({ ...state }, '', loading);
    return loading.copy(this.#name, options.strict ?? true);
  }

  #matchState(state: StateDict, prefix: string, loading: StateLoading): void {
    for (const { hook } of this.stateHooks?.loadPre.all() ?? []) hook(this, state, prefix, loading);
    const children = [...this.#ownModules()];
    loading.match(state, {
      prefix,
      tensors: this.#ownState(),
      children: new Set(children.map(([name]) => name)),
      optional: this.optionalState,
    });
    for (const [name, child] of children) {
      const start = `${prefix}${name}.`;
      const below = Object.entries(state).filter(([key]) => key.startsWith(start));
      child.#matchState(Object.fromEntries(below), start, loading);
    }
    for (const { hook } of this.stateHooks?.loadPost.all() ?? []) {
      loading.afterwards((mismatch) => hook(this, mismatch));
    }
  }

  // --- copies

  /**
   * A copy with parameters and buffers of its own, in Python `copy.deepcopy(module)`; what is used
   * twice here is one thing used twice there. It has no gradients and no hooks.
   * @throws TypeError for a lazy module that was not called yet
   */
  clone(): this {
    return tidy(() => deepCopy(this));
  }

  [blankCopy](): this {
    const copy = Reflect.construct(Module, [], this.constructor) as this;
    for (const name of this.#nonPersistent) copy.#nonPersistent.add(name);
    return copy;
  }

  // --- modes

  /** Sets training or evaluation mode here and in all submodules. */
  train(mode = true): this {
    if (typeof mode !== 'boolean') {
      throw new TypeError(`training mode must be a boolean, got ${inspect(mode)}`);
    }
    for (const module of this.modules()) module.training = mode;
    return this;
  }

  eval(): this {
    return this.train(false);
  }

  /** Whether autograd records what the parameters are used for. */
  requiresGrad_(requiresGrad = true): this {
    for (const parameter of this.parameters()) parameter.requiresGrad = requiresGrad;
    return this;
  }

  /** Drops the parameters' gradients, or sets them to zero. */
  zeroGrad(setToNone = true): void {
    clearGradients(this.parameters(), setToNone);
  }

  /** Calls `fn` with every submodule, the inner ones first, and with this module last. */
  apply(fn: (module: AnyModule) => void): this {
    for (const child of this.children()) child.apply(fn);
    fn(this);
    return this;
  }

  // --- place and type

  /**
   * Moves all parameters, their gradients and all buffers, casts those of floating or complex
   * dtype, and orders those of images in memory. Tensor objects stay the same, so that an optimiser
   * goes on with them.
   * @throws TypeError for a dtype that is neither floating nor complex
   */
  to(target: Device | DType | ModuleTarget): this {
    this.#replaceData(conversionTo(target));
    return this;
  }

  cpu(): this {
    return this.to('cpu');
  }

  /** @param index which GPU; the current one unless given */
  cuda(index?: number): this {
    return this.to(index === undefined ? 'cuda' : `cuda:${index}`);
  }

  /** Casts floating tensors to `dtype`; unlike {@link to}, it leaves complex ones. */
  #castFloating(dtype: DType): this {
    this.#replaceData((tensor) => (isFloatingPoint(tensor.dtype) ? tensor.to(dtype) : tensor));
    return this;
  }

  float(): this {
    return this.#castFloating('float32');
  }

  double(): this {
    return this.#castFloating('float64');
  }

  half(): this {
    return this.#castFloating('float16');
  }

  bfloat16(): this {
    return this.#castFloating('bfloat16');
  }

  #replaceData(convert: (tensor: Tensor) => Tensor): void {
    noGrad(() =>
      tidy(() => {
        for (const tensor of this[tensorsOf]()) {
          const { grad } = tensor;
          const converted = convert(tensor);
          if (converted !== tensor) native.setData(tensor.handle, converted.handle);
          if (grad !== null) tensor.grad = convert(grad);
        }
      }),
    );
  }

  /** Frees all parameters and buffers. The module cannot be used any more. */
  dispose(): void {
    for (const tensor of this[tensorsOf]()) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  // --- text

  get #name(): string {
    return this.constructor.name;
  }

  /** What {@link toString} prints of this module itself: `inFeatures` and the like, as in Python. */
  protected extraRepr(): string {
    return '';
  }

  /** The label and text of each submodule, as {@link toString} prints them. */
  protected childTexts(): readonly (readonly [label: string, text: string])[] {
    return [...this.#ownModules()].map(([name, child]) => [`(${name})`, child.toString()]);
  }

  /** Equal to PyTorch's `repr`. */
  override toString(): string {
    return moduleText(this.#name, this.extraRepr(), this.childTexts());
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function joinName(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}.${name}`;
}

function* once<T>(entries: Iterable<[string, T]>, seen: Set<T>): Generator<[string, T]> {
  for (const entry of entries) {
    if (seen.has(entry[1])) continue;
    seen.add(entry[1]);
    yield entry;
  }
}
