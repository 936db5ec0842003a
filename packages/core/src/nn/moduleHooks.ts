import { BackwardHookRun, type GradTuple } from './backwardHooks.js';
import { HookList, type HookResult } from './hookList.js';

export type AnyForwardPreHook = (module: unknown, inputs: readonly unknown[]) => unknown;
export type AnyForwardHook = (
  module: unknown,
  inputs: readonly unknown[],
  output: unknown,
) => unknown;
export type AnyBackwardPreHook = (module: unknown, gradOutput: GradTuple) => HookResult<GradTuple>;
export type AnyBackwardHook = (
  module: unknown,
  gradInput: GradTuple,
  gradOutput: GradTuple,
) => HookResult<GradTuple>;

/** The hooks of one module, and how a call runs through them. */
export class ModuleHooks {
  readonly forwardPre = new HookList<AnyForwardPreHook>();
  readonly forward = new HookList<AnyForwardHook>();
  readonly fullBackwardPre = new HookList<AnyBackwardPreHook>();
  readonly fullBackward = new HookList<AnyBackwardHook>();

  /**
   * Forward-pre hooks, `forward`, forward hooks. With backward hooks, the inputs and the output
   * pass through nodes of the graph that see their gradients.
   */
  run(
    module: unknown,
    givenInputs: readonly unknown[],
    forward: (inputs: readonly unknown[]) => unknown,
  ): unknown {
    let inputs = givenInputs;
    for (const hook of this.forwardPre.all()) {
      const replaced = hook(module, inputs);
      if (replaced !== undefined) inputs = Array.isArray(replaced) ? replaced : [replaced];
    }
    const backward =
      this.fullBackward.isEmpty && this.fullBackwardPre.isEmpty
        ? undefined
        : new BackwardHookRun(
            this.fullBackwardPre.all().map((hook) => hook.bind(null, module)),
            this.fullBackward.all().map((hook) => hook.bind(null, module)),
          );
    if (backward !== undefined) inputs = backward.watchInputs(inputs);
    let output = forward(inputs);
    for (const hook of this.forward.all()) {
      const replaced = hook(module, inputs, output);
      if (replaced !== undefined) output = replaced;
    }
    return backward === undefined ? output : backward.watchOutput(output);
  }
}
