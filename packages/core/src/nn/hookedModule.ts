import type { RemovableHandle } from '../autograd/hooks.js';
import type { GradTuple } from './backwardHooks.js';
import type { ForwardHookOptions, HookOptions, HookResult } from './hookList.js';
import {
  type AnyBackwardHook,
  type AnyBackwardPreHook,
  type AnyForwardHook,
  type AnyForwardPreHook,
  globalHooks,
  HookedCall,
  ModuleHooks,
} from './moduleHooks.js';
import type { LoadProblems, MutableKeyMismatch, StateDict } from './stateDict.js';
import {
  type AnyLoadPostHook,
  type AnyLoadPreHook,
  type AnySavePostHook,
  type AnySavePreHook,
  StateHooks,
} from './stateHooks.js';

/** The call of a module, and the hooks on it and on the module's state dictionary. */
export abstract class HookedModule<In extends readonly unknown[], Out> {
  #callHooks: ModuleHooks | undefined;
  #stateHooks: StateHooks | undefined;

  /** The computation. Called through {@link call}, so that no hook is missed. */
  protected abstract forward(...inputs: In): Out;

  /** Runs the forward-pre hooks, the computation and the forward hooks. */
  call(...inputs: In): Out {
    if (!this.hasCallHooks) return this.forward(...inputs);
    const call = new HookedCall(this, inputs, this.#callHooks);
    return call.run((given) => this.forward(...(given as In))) as Out;
  }

  /** Whether a call of this module would run hooks, its own or those of all modules. */
  get hasCallHooks(): boolean {
    return this.#callHooks?.isEmpty === false || !globalHooks.isEmpty;
  }

  /** Whether hooks are registered on this module. */
  get hasOwnHooks(): boolean {
    return this.#callHooks?.isEmpty === false || this.#stateHooks?.isEmpty === false;
  }

  get #call(): ModuleHooks {
    this.#callHooks ??= new ModuleHooks();
    return this.#callHooks;
  }

  get #state(): StateHooks {
    this.#stateHooks ??= new StateHooks();
    return this.#stateHooks;
  }

  protected get stateHooks(): StateHooks | undefined {
    return this.#stateHooks;
  }

  /**
   * Calls `hook` before every {@link forward}. What it returns replaces the inputs: an array all
   * of them, anything else the only one.
   */
  registerForwardPreHook(
    hook: (module: this, inputs: In) => HookResult<In | In[0]>,
    options: HookOptions = {},
  ): RemovableHandle {
    return this.#call.forwardPre.add(hook as AnyForwardPreHook, options);
  }

  /**
   * Calls `hook` after every {@link forward}. What it returns replaces the output.
   * @param options.alwaysCall runs `hook` also when the call fails before its turn: the error goes
   * on to the caller, and an output that is not there is null. What `hook` throws then is a warning
   */
  registerForwardHook(
    hook: (module: this, inputs: In, output: Out) => HookResult<Out>,
    options: ForwardHookOptions = {},
  ): RemovableHandle {
    return this.#call.forward.add(hook as AnyForwardHook, options);
  }

  /**
   * Calls `hook` in the backward pass, when the gradients of the output are known. What it returns
   * replaces them.
   */
  registerFullBackwardPreHook(
    hook: (module: this, gradOutput: GradTuple) => HookResult<GradTuple>,
    options: HookOptions = {},
  ): RemovableHandle {
    return this.#call.fullBackwardPre.add(hook as AnyBackwardPreHook, options);
  }

  /**
   * Calls `hook` in the backward pass, when the gradients of the inputs are known. What it returns
   * replaces them. The output must be a tensor or an array; an input that needs no gradient, or
   * is no tensor, has null. When no input needs a gradient, the hook runs when those of the output
   * are known, and cannot replace any.
   */
  registerFullBackwardHook(
    hook: (module: this, gradInput: GradTuple, gradOutput: GradTuple) => HookResult<GradTuple>,
    options: HookOptions = {},
  ): RemovableHandle {
    return this.#call.fullBackward.add(hook as AnyBackwardHook, options);
  }

  /** Calls `hook` before this module's part of a state dictionary is made. */
  registerStateDictPreHook(
    hook: (module: this, prefix: string, keepVars: boolean) => void,
  ): RemovableHandle {
    return this.#state.savePre.add(hook as AnySavePreHook);
  }

  /**
   * Calls `hook` when this module and all below it are in the state dictionary, which it may
   * change. `prefix` is what this module's names begin with there: `''`, or `layers.0.`
   */
  registerStateDictPostHook(
    hook: (module: this, state: StateDict, prefix: string) => void,
  ): RemovableHandle {
    return this.#state.savePost.add(hook as AnySavePostHook);
  }

  /**
   * Calls `hook` when a state dictionary is loaded, before this module takes its part and before
   * those below it see theirs. It may change `state`, a copy with the names from `prefix` on, and
   * add to `problems`. As loading changes all or nothing, these hooks run before anything is
   * copied.
   */
  registerLoadStateDictPreHook(
    hook: (module: this, state: StateDict, prefix: string, problems: LoadProblems) => void,
  ): RemovableHandle {
    return this.#state.loadPre.add(hook as AnyLoadPreHook);
  }

  /**
   * Calls `hook` when a state dictionary has been loaded; the hooks of the modules below run
   * before. It may change the lists of names in `mismatch`, which strict loading then judges by.
   */
  registerLoadStateDictPostHook(
    hook: (module: this, mismatch: MutableKeyMismatch) => void,
  ): RemovableHandle {
    return this.#state.loadPost.add(hook as AnyLoadPostHook);
  }
}
