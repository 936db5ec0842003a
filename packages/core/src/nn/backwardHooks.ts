import { type Handle, native } from '@flambeau/native';
import { isGradEnabled } from '../autograd/gradMode.js';
import { wrap, wrapOrNull } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import type { HookResult } from './hookList.js';

/** The gradients of a module's inputs or outputs, by position; null for what has none. */
export type GradTuple = readonly (Tensor | null)[];

type PreHook = (gradOutput: GradTuple) => HookResult<GradTuple>;
type Hook = (gradInput: GradTuple, gradOutput: GradTuple) => HookResult<GradTuple>;

/** The tensors among some values, put through a node of the graph. */
interface Watched {
  /** The values, the tensors replaced by those that come out of the node. */
  readonly values: readonly unknown[];
  /** Where the tensors are. */
  readonly positions: readonly number[];
}

/**
 * Puts the tensors among `values` through a node that changes nothing but hands their gradients to
 * `onGradients`, and sends back what that gives.
 * @param zeros gives zeros for a gradient that is not there, instead of null
 * @returns undefined where nothing is recorded
 */
function watch(
  values: readonly unknown[],
  zeros: boolean,
  onGradients: (grads: GradTuple) => GradTuple,
): Watched | undefined {
  const positions: number[] = [];
  const tensors: Tensor[] = [];
  for (const [position, value] of values.entries()) {
    if (!(value instanceof Tensor)) continue;
    positions.push(position);
    tensors.push(value);
  }
  const recorded = tensors.map((tensor) => tensor.requiresGrad);
  if (!isGradEnabled() || !recorded.includes(true)) return undefined;

  const outputs = tensors.map((tensor) => native.alias(tensor.handle));
  native.customFunction(
    'ModuleBackwardHook',
    tensors.map((tensor) => tensor.handle),
    outputs,
    {
      saved: [],
      dirty: [],
      nonDifferentiable: outputs.filter((_, i) => !recorded[i]),
      materializeGrads: zeros,
    },
    (grads) => onGradients(grads.map(wrapOrNull)).map((grad) => grad?.handle ?? null),
  );
  const watched = [...values];
  for (const [i, position] of positions.entries()) watched[position] = wrap(outputs[i] as Handle);
  return { values: watched, positions };
}

/** Puts gradients at their positions among `length` values. */
function spread(grads: GradTuple, positions: readonly number[], length: number): GradTuple {
  const all: (Tensor | null)[] = new Array(length).fill(null);
  for (const [i, position] of positions.entries()) all[position] = grads[i] ?? null;
  return all;
}

function pick(grads: GradTuple, positions: readonly number[]): GradTuple {
  return positions.map((position) => grads[position] ?? null);
}

/** @throws TypeError unless a hook gave as many gradients as it was given */
function checked(kind: string, returned: GradTuple, length: number): GradTuple {
  const fits =
    Array.isArray(returned) &&
    returned.length === length &&
    returned.every((grad) => grad === null || grad instanceof Tensor);
  if (!fits) {
    const got = Array.isArray(returned) ? `an array of ${returned.length}` : typeof returned;
    throw new TypeError(
      `a ${kind} must return nothing, or an array of ${length} gradients, each a Tensor or null; got ${got}`,
    );
  }
  return returned;
}

/** The backward hooks of one call of a module, tied to the gradients of its inputs and output. */
export class BackwardHookRun {
  readonly #preHooks: readonly PreHook[];
  readonly #hooks: readonly Hook[];
  #inputCount = 0;
  #watchesInputs = false;
  /** Known from when the gradient reaches the output until it leaves the inputs. */
  #gradOutput: GradTuple | undefined;

  constructor(preHooks: readonly PreHook[], hooks: readonly Hook[]) {
    this.#preHooks = preHooks;
    this.#hooks = hooks;
  }

  /** @returns the inputs to run the module on */
  watchInputs(inputs: readonly unknown[]): readonly unknown[] {
    this.#inputCount = inputs.length;
    const watched = watch(inputs, true, (grads) =>
      this.#reachInputs(grads, (watched as Watched).positions),
    );
    this.#watchesInputs = watched !== undefined;
    return watched?.values ?? inputs;
  }

  /**
   * @param required whether an output that cannot be watched is an error
   * @returns the output to give to the caller
   */
  watchOutput(output: unknown, required: boolean): unknown {
    if (!(output instanceof Tensor) && !Array.isArray(output)) {
      if (!required) return output;
      throw new TypeError(
        'a module with backward hooks must give a Tensor or an array of them, ' +
          `got ${output === null ? 'null' : typeof output}`,
      );
    }
    const outputs: readonly unknown[] = Array.isArray(output) ? output : [output];
    const watched = watch(outputs, false, (grads) =>
      this.#reachOutput(grads, (watched as Watched).positions, outputs.length),
    );
    if (watched === undefined) return output;
    return Array.isArray(output) ? watched.values : watched.values[0];
  }

  #reachOutput(grads: GradTuple, positions: readonly number[], count: number): GradTuple {
    let gradOutput = spread(grads, positions, count);
    for (const hook of this.#preHooks) {
      const replaced = hook(gradOutput);
      if (replaced !== undefined) gradOutput = checked('backward pre-hook', replaced, count);
    }
    if (this.#watchesInputs) this.#gradOutput = gradOutput;
    else this.#runWithoutInputs(gradOutput);
    return pick(gradOutput, positions);
  }

  #reachInputs(grads: GradTuple, positions: readonly number[]): GradTuple {
    const gradOutput = this.#gradOutput;
    // The gradient came to the inputs by another way than the output, as in a double backward.
    if (gradOutput === undefined) return grads;
    this.#gradOutput = undefined;
    let gradInput = spread(grads, positions, this.#inputCount);
    for (const hook of this.#hooks) {
      const replaced = hook(gradInput, gradOutput);
      if (replaced !== undefined) {
        gradInput = checked('backward hook', replaced, this.#inputCount);
      }
    }
    return pick(gradInput, positions);
  }

  #runWithoutInputs(gradOutput: GradTuple): void {
    const nothing: GradTuple = new Array(this.#inputCount).fill(null);
    for (const hook of this.#hooks) {
      const replaced = hook(nothing, gradOutput);
      if (replaced?.some((grad) => grad !== null)) {
        throw new TypeError(
          'a backward hook cannot replace gradients where no input of the module needs one',
        );
      }
    }
  }
}
