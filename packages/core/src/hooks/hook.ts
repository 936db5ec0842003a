import { inspect } from 'node:util';
import { native } from '@flambeau/native';
import type { RemovableHandle } from '../autograd/hooks.js';
import type { GradTuple } from '../nn/backwardHooks.js';
import type { AnyModule } from '../nn/module.js';
import { mapTensors } from '../tensor/mapStructure.js';
import { checkOptions } from '../tensor/options.js';
import { keep, tidy, wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

/** In which form a {@link Hook} keeps tensors. */
export interface StoreOptions {
  /** Drops the history of what the hook is given and of what it stores. Default true. */
  detach?: boolean;
  /**
   * Stores copies. Without, a stored tensor shares memory with the model's, and changes when the
   * next layer works in place. Default false.
   */
  clone?: boolean;
  /** Stores on the CPU. Default false. */
  cpu?: boolean;
}

export const storeOptions = ['detach', 'clone', 'cpu'] as const;

export interface HookSettings<Forward extends boolean = boolean> extends StoreOptions {
  /**
   * Whether the hook runs after each forward pass and is given inputs and output, or in each
   * backward pass, with the gradients of both. Default true.
   */
  isForward?: Forward;
}

type AnyHookFunction = (module: AnyModule, input: unknown, output: unknown) => unknown;

/**
 * Calls a function whenever a module runs, and keeps what it gave last.
 *
 * The hook owns the tensors in {@link stored}: they outlive every scope and the hook's removal, and
 * are freed by the next call of the module, by {@link clear}, or with the hook by the garbage
 * collector. `using hook = new Hook(…)` takes the hook away at the end of the block, also when the
 * block throws; the module, not the block, keeps a hook that is not removed.
 *
 * @typeParam Stored what the function gives; `undefined` leaves what is stored
 */
export class Hook<Stored, M extends AnyModule = AnyModule> implements Disposable {
  readonly #hookFunc: AnyHookFunction;
  readonly #options: StoreOptions;
  readonly #handle: RemovableHandle;
  #stored: Stored | null = null;
  #removed = false;

  constructor(
    module: M,
    hookFunc: (
      module: M,
      inputs: Parameters<M['call']>,
      output: ReturnType<M['call']>,
    ) => Stored | undefined,
    options?: HookSettings<true>,
  );
  constructor(
    module: AnyModule,
    hookFunc: (
      module: AnyModule,
      gradInput: GradTuple,
      gradOutput: GradTuple,
    ) => Stored | undefined,
    options: HookSettings<false> & { isForward: false },
  );
  constructor(module: AnyModule, hookFunc: unknown, options: HookSettings = {}) {
    checkOptions('Hook', options, ['isForward', ...storeOptions]);
    if (typeof hookFunc !== 'function') {
      throw new TypeError(`Hook: hookFunc must be a function, got ${inspect(hookFunc)}`);
    }
    this.#hookFunc = hookFunc as AnyHookFunction;
    this.#options = options;
    this.#handle = this.register(module, options.isForward ?? true);
  }

  protected register(module: AnyModule, isForward: boolean): RemovableHandle {
    return isForward
      ? module.registerForwardHook((_, inputs, output) => this.run(module, inputs, output))
      : module.registerFullBackwardHook((_, input, output) => this.run(module, input, output));
  }

  protected run(module: AnyModule, input: unknown, output: unknown): void {
    const given = (value: unknown) =>
      (this.#options.detach ?? true) ? mapTensors(value, (tensor) => tensor.detach()) : value;
    const result = this.#hookFunc(module, given(input), given(output));
    if (result === undefined) return;
    const stored = mapTensors(result as Stored, (tensor) => this.#own(tensor));
    this.clear();
    this.#stored = stored;
  }

  #own(tensor: Tensor): Tensor {
    const { detach = true, clone = false, cpu = false } = this.#options;
    const own = tidy(() => {
      const alias = detach ? tensor.detach() : wrap(native.alias(tensor.handle));
      const copy = clone ? alias.clone() : alias;
      return cpu ? copy.cpu() : copy;
    });
    return keep(own);
  }

  /** What the function gave last; null before the first call. */
  get stored(): Stored | null {
    return this.#stored;
  }

  get removed(): boolean {
    return this.#removed;
  }

  /** Takes the hook away from the module; {@link stored} stays. Does nothing the second time. */
  remove(): void {
    this.#handle.remove();
    this.#removed = true;
  }

  /** Frees what is stored. */
  clear(): void {
    mapTensors(this.#stored, (tensor) => {
      tensor.dispose();
      return tensor;
    });
    this.#stored = null;
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}
