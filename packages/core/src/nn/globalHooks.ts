/**
 * Hooks on the calls of every module, for debugging and profiling. They run before the module's
 * own, until their handle is removed.
 */
import type { RemovableHandle } from '../autograd/hooks.js';
import type { GradTuple } from './backwardHooks.js';
import type { ForwardHookOptions, HookResult } from './hookList.js';
import type { AnyModule } from './module.js';
import {
  type AnyBackwardHook,
  type AnyBackwardPreHook,
  type AnyForwardHook,
  type AnyForwardPreHook,
  globalHooks,
} from './moduleHooks.js';

/** Like {@link Module.registerForwardPreHook}, for every module. */
export function registerModuleForwardPreHook(
  hook: (module: AnyModule, inputs: readonly unknown[]) => unknown,
): RemovableHandle {
  return globalHooks.forwardPre.add(hook as AnyForwardPreHook);
}

/**
 * Like {@link Module.registerForwardHook}, for every module.
 * @param options.alwaysCall runs `hook` also when the call fails, with null for an output that is
 * not there. Default false
 */
export function registerModuleForwardHook(
  hook: (module: AnyModule, inputs: readonly unknown[], output: unknown) => unknown,
  options: Pick<ForwardHookOptions, 'alwaysCall'> = {},
): RemovableHandle {
  return globalHooks.forward.add(hook as AnyForwardHook, { alwaysCall: options.alwaysCall });
}

/** Like {@link Module.registerFullBackwardPreHook}, for every module. */
export function registerModuleFullBackwardPreHook(
  hook: (module: AnyModule, gradOutput: GradTuple) => HookResult<GradTuple>,
): RemovableHandle {
  return globalHooks.fullBackwardPre.add(hook as AnyBackwardPreHook);
}

/**
 * Like {@link Module.registerFullBackwardHook}, for every module. A module whose output is neither
 * a tensor nor an array is passed over.
 */
export function registerModuleFullBackwardHook(
  hook: (module: AnyModule, gradInput: GradTuple, gradOutput: GradTuple) => HookResult<GradTuple>,
): RemovableHandle {
  return globalHooks.fullBackward.add(hook as AnyBackwardHook);
}
