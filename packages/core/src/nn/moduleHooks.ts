import { BackwardHookRun, type GradTuple } from './backwardHooks.js';
import { HookList, type HookResult, type Registered } from './hookList.js';

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

/** The hooks around the calls of one module, or of all. */
export class ModuleHooks {
  readonly forwardPre = new HookList<AnyForwardPreHook>();
  readonly forward = new HookList<AnyForwardHook>();
  readonly fullBackwardPre = new HookList<AnyBackwardPreHook>();
  readonly fullBackward = new HookList<AnyBackwardHook>();

  get isEmpty(): boolean {
    return this.forwardPre.isEmpty && this.forward.isEmpty && !this.watchesGradients;
  }

  get watchesGradients(): boolean {
    return !this.fullBackward.isEmpty || !this.fullBackwardPre.isEmpty;
  }
}

/** The hooks around the calls of all modules. */
export const globalHooks = new ModuleHooks();

type Select<Hook> = (hooks: ModuleHooks) => HookList<Hook>;

/** One call of a module through its hooks; those of all modules run before its own. */
export class HookedCall {
  readonly #module: unknown;
  readonly #own: ModuleHooks | undefined;
  readonly #forwardHooksDone = new Set<Registered<AnyForwardHook>>();
  #inputs: readonly unknown[];
  #output: unknown = null;

  constructor(module: unknown, inputs: readonly unknown[], own: ModuleHooks | undefined) {
    this.#module = module;
    this.#inputs = inputs;
    this.#own = own;
  }

  /**
   * Forward-pre hooks, `forward`, forward hooks. With backward hooks, the inputs and the output
   * pass through nodes of the graph that see their gradients. When something throws, the forward
   * hooks that are always called are, and get null for an output that is not there.
   */
  run(forward: (inputs: readonly unknown[]) => unknown): unknown {
    try {
      return this.#run(forward);
    } catch (error) {
      this.#runAfterFailure();
      throw error;
    }
  }

  #run(forward: (inputs: readonly unknown[]) => unknown): unknown {
    for (const { hook } of this.#hooks((hooks) => hooks.forwardPre)) {
      const replaced = hook(this.#module, this.#inputs);
      if (replaced !== undefined) this.#inputs = Array.isArray(replaced) ? replaced : [replaced];
    }
    const backward = this.#watchGradients();
    if (backward !== undefined) this.#inputs = backward.watchInputs(this.#inputs);
    this.#output = forward(this.#inputs);
    for (const registered of this.#hooks((hooks) => hooks.forward)) {
      this.#forwardHooksDone.add(registered);
      this.#runForwardHook(registered);
    }
    if (backward === undefined) return this.#output;
    return backward.watchOutput(this.#output, this.#own?.watchesGradients ?? false);
  }

  #hooks<Hook>(select: Select<Hook>): readonly Registered<Hook>[] {
    const global = select(globalHooks).all();
    return this.#own === undefined ? global : [...global, ...select(this.#own).all()];
  }

  #runForwardHook({ hook }: Registered<AnyForwardHook>): void {
    const replaced = hook(this.#module, this.#inputs, this.#output);
    if (replaced !== undefined) this.#output = replaced;
  }

  #watchGradients(): BackwardHookRun | undefined {
    if (!globalHooks.watchesGradients && !this.#own?.watchesGradients) return undefined;
    return new BackwardHookRun(
      this.#hooks((hooks) => hooks.fullBackwardPre).map(({ hook }) =>
        hook.bind(null, this.#module),
      ),
      this.#hooks((hooks) => hooks.fullBackward).map(({ hook }) => hook.bind(null, this.#module)),
    );
  }

  #runAfterFailure(): void {
    for (const registered of this.#hooks((hooks) => hooks.forward)) {
      if (!registered.alwaysCall || this.#forwardHooksDone.has(registered)) continue;
      try {
        this.#runForwardHook(registered);
      } catch (error) {
        process.emitWarning(
          `a forward hook with alwaysCall failed after another failure, which is the one thrown: ${error}`,
        );
      }
    }
  }
}
