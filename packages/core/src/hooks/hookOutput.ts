import type { GradTuple } from '../nn/backwardHooks.js';
import type { AnyModule, Module } from '../nn/module.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Hook, type StoreOptions, storeOptions } from './hook.js';
import { type Hooks, hookEach } from './hooks.js';
import { OutputGradHook } from './outputGradHook.js';

export interface HookOutputOptions<Grad extends boolean = boolean> extends StoreOptions {
  /** Stores the gradient of the loss by the output instead of the output. Default false. */
  grad?: Grad;
}

/** The gradients of what a module gives: one for a tensor, one for each part of an array. */
export type OutputGrad<Out> = Out extends Tensor ? readonly [Tensor] : GradTuple;

/**
 * Stores what `module` gives in its latest call or, with `grad`, the gradient of the loss by that,
 * as an array even where the output is one tensor.
 *
 * ```ts
 * using activations = hookOutput(body);
 * using gradients = hookOutput(body, { grad: true });
 * model.call(x).select(0, 0).select(0, label).backward();
 * const weights = gradients.stored?.[0].mean([2, 3]);
 * ```
 */
export function hookOutput<M extends AnyModule>(
  module: M,
  options?: HookOutputOptions<false>,
): Hook<ReturnType<M['call']>>;
export function hookOutput<M extends AnyModule>(
  module: M,
  options: HookOutputOptions<true> & { grad: true },
): Hook<OutputGrad<ReturnType<M['call']>>>;
export function hookOutput(module: AnyModule, options?: HookOutputOptions): Hook<unknown>;
export function hookOutput(module: AnyModule, options: HookOutputOptions = {}): Hook<unknown> {
  checkOptions('hookOutput', options, ['grad', ...storeOptions]);
  const { grad = false, ...store } = options;
  if (grad) return new OutputGradHook(module, store);
  return new Hook(module, (_, __, output) => output, store);
}

/**
 * {@link hookOutput} for several modules.
 * @param modules modules, or one whose direct submodules are meant
 */
export function hookOutputs<Out = Tensor>(
  modules: Iterable<Module<readonly unknown[], Out>> | AnyModule,
  options?: HookOutputOptions<false>,
): Hooks<Out>;
export function hookOutputs<Out = Tensor>(
  modules: Iterable<Module<readonly unknown[], Out>> | AnyModule,
  options: HookOutputOptions<true> & { grad: true },
): Hooks<OutputGrad<Out>>;
export function hookOutputs(
  modules: Iterable<AnyModule> | AnyModule,
  options: HookOutputOptions = {},
): Hooks<unknown> {
  return hookEach(modules, (module) => hookOutput(module, options));
}
