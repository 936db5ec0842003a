import type { Callback } from '../learner/callback.js';
import type { Learner } from '../learner/learner.js';
import { flattenModel } from '../nn/flattenModel.js';
import type { AnyModule } from '../nn/module.js';
import { checkOptions } from '../tensor/options.js';
import { Hooks } from './hooks.js';

export interface HookCallbackOptions {
  /** Default: the leaf modules that have parameters. */
  readonly modules?: readonly AnyModule[];
  /** Takes the hooks away at the end of each fit. Default true. */
  readonly doRemove?: boolean;
}

export const hookCallbackOptions = ['modules', 'doRemove'] as const;

/** A callback with a hook on modules while the learner is fitted: a subclass says which. */
export abstract class HookCallback<Stored> implements Callback, Disposable {
  readonly learn: Learner;
  readonly modules: readonly AnyModule[];
  readonly doRemove: boolean;
  #hooks: Hooks<Stored> | undefined;

  constructor(learn: Learner, options: HookCallbackOptions = {}) {
    checkOptions('HookCallback', options, hookCallbackOptions);
    this.learn = learn;
    this.modules = options.modules ?? flattenModel(learn.model).filter(hasParameters);
    this.doRemove = options.doRemove ?? true;
  }

  /** Called after each call of one of the modules; `undefined` leaves what is stored. */
  protected abstract hook(
    module: AnyModule,
    inputs: readonly unknown[],
    output: unknown,
  ): Stored | undefined;

  /** The hooks of the current or last fit. */
  get hooks(): Hooks<Stored> | undefined {
    return this.#hooks;
  }

  onTrainBegin(): void {
    this.remove();
    this.#hooks = Hooks.on<Stored, unknown>(this.modules, (module, inputs, output) =>
      this.hook(module, inputs, output),
    );
  }

  onTrainEnd(): void {
    if (this.doRemove) this.remove();
  }

  /** Takes the hooks away. Does nothing the second time. */
  remove(): void {
    this.#hooks?.remove();
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}

function hasParameters(module: AnyModule): boolean {
  return !module.parameters().next().done;
}
