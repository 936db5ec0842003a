import type { RemovableHandle } from '../autograd/hooks.js';
import type { GradTuple } from '../nn/backwardHooks.js';
import type { AnyModule } from '../nn/module.js';
import { Tensor } from '../tensor/tensor.js';
import { Hook, type StoreOptions } from './hook.js';

/**
 * Stores the gradient that reaches a module's output, an item for each tensor the module gives.
 *
 * It watches the output itself, not through a node of its own as a module's backward hook does, so
 * that the next layer may work in place.
 */
export class OutputGradHook extends Hook<GradTuple> {
  /** Hooks on tensors that no graph takes with it, such as a parameter that a module gives. */
  #onLeaves: RemovableHandle[] = [];

  constructor(module: AnyModule, options: StoreOptions) {
    super(module, (_, __, gradOutput) => gradOutput as GradTuple, options);
  }

  protected override register(module: AnyModule): RemovableHandle {
    return module.registerForwardHook((_, __, output) => this.#watch(module, output));
  }

  #watch(module: AnyModule, output: unknown): void {
    const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
    const grads: (Tensor | null)[] = outputs.map(() => null);
    // The graph holds on to what it calls, and a stored tensor may hold on to the graph.
    const self = new WeakRef(this);
    const owner = new WeakRef(module);
    this.#forgetLeaves();
    for (const [i, tensor] of outputs.entries()) {
      if (!(tensor instanceof Tensor) || !tensor.requiresGrad) continue;
      const handle = tensor.registerHook((grad) => {
        const hook = self.deref();
        const hooked = owner.deref();
        if (hook === undefined || hooked === undefined || hook.removed) return;
        grads[i] = grad;
        hook.run(hooked, null, grads);
      });
      if (tensor.isLeaf) this.#onLeaves.push(handle);
    }
  }

  #forgetLeaves(): void {
    for (const handle of this.#onLeaves) handle.remove();
    this.#onLeaves = [];
  }

  override remove(): void {
    super.remove();
    this.#forgetLeaves();
  }
}
