import { type Handle, native } from '@flambeau/native';
import { wrap } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { noGrad } from './gradMode.js';

/** What a custom function knows between its forward and its backward. */
export class FunctionContext {
  /** For each argument of `forward`: is its gradient wanted? False for what is no tensor. */
  readonly needsInputGrad: readonly boolean[];
  #toSave: readonly (Tensor | null)[] = [];
  #saved: readonly (Tensor | null)[] = [];
  #dirty: readonly Tensor[] = [];
  #nonDifferentiable: readonly Tensor[] = [];
  #materializeGrads = true;

  constructor(needsInputGrad: readonly boolean[]) {
    this.needsInputGrad = needsInputGrad;
  }

  /**
   * Keeps inputs and outputs for `backward`, which then refuses to run if one was changed in place.
   * To be called once, in `forward`.
   */
  saveForBackward(...tensors: readonly (Tensor | null)[]): void {
    this.#toSave = tensors;
  }

  /** In `backward`, what `forward` has saved. */
  get savedTensors(): readonly (Tensor | null)[] {
    return this.#saved;
  }

  /** Says which inputs `forward` has changed in place; they must be returned too. */
  markDirty(...tensors: readonly Tensor[]): void {
    this.#dirty = tensors;
  }

  /** Says which outputs have no gradient, such as indices. */
  markNonDifferentiable(...tensors: readonly Tensor[]): void {
    this.#nonDifferentiable = tensors;
  }

  /** With false, `backward` gets null where no gradient came; by default it gets zeros. */
  setMaterializeGrads(materialize: boolean): void {
    this.#materializeGrads = materialize;
  }

  /** @internal Ties the outputs to the inputs. */
  record(
    fn: { readonly name: string; backward(...grads: readonly (Tensor | null)[]): Gradients },
    inputs: readonly unknown[],
    outputs: readonly Tensor[],
  ): void {
    const isTensor = inputs.map((input) => input instanceof Tensor);
    native.customFunction(
      `${fn.name}Backward`,
      inputs.map((input) => (input instanceof Tensor ? input.handle : null)),
      outputs.map((output) => output.handle),
      {
        saved: this.#toSave.map((tensor) => tensor?.handle ?? null),
        dirty: this.#dirty.map((tensor) => tensor.handle),
        nonDifferentiable: this.#nonDifferentiable.map((tensor) => tensor.handle),
        materializeGrads: this.#materializeGrads,
      },
      (grads, saved) => {
        this.#saved = saved.map(wrapOrNull);
        const gradients = listOf(fn.backward(...grads.map(wrapOrNull)));
        this.#saved = [];
        if (gradients.length !== inputs.length) {
          throw new TypeError(
            `${fn.name}.backward gives one gradient, or null, for each argument of forward: ` +
              `expected ${inputs.length}, got ${gradients.length}`,
          );
        }
        return gradients.map((gradient, i) => (isTensor[i] ? (gradient?.handle ?? null) : null));
      },
    );
    this.#toSave = [];
  }

  /** @internal */
  isDirty(tensor: Tensor): boolean {
    return this.#dirty.includes(tensor);
  }
}

/** What `backward` returns: one gradient for each argument of `forward`, null where none. */
export type Gradients = Tensor | null | readonly (Tensor | null | undefined)[];

/** The static side of a class that extends {@link AutogradFunction}. */
export interface AutogradFunctionClass<
  Args extends readonly unknown[],
  Result extends Tensor | readonly Tensor[],
> {
  readonly name: string;
  forward(context: FunctionContext, ...args: Args): Result;
  backward(context: FunctionContext, ...grads: readonly Tensor[]): Gradients;
}

/**
 * An operation with its own gradient, in TypeScript. A subclass has two static methods:
 *
 * ```ts
 * class Cube extends autograd.Function {
 *   static forward(ctx: FunctionContext, x: Tensor) {
 *     ctx.saveForBackward(x);
 *     return x.pow(3);
 *   }
 *   static backward(ctx: FunctionContext, grad: Tensor) {
 *     const [x] = ctx.savedTensors as [Tensor];
 *     return grad.mul(x.square()).mul(3);
 *   }
 * }
 * Cube.apply(x).backward();
 * ```
 *
 * `forward` runs without recording. `backward` is recorded when it runs with `createGraph`, so
 * that gradients of gradients work where it is made of differentiable operators.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: subclasses give the name and the two methods
export abstract class AutogradFunction {
  static apply<Args extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
    this: AutogradFunctionClass<Args, Result>,
    ...args: Args
  ): Result {
    // biome-ignore lint/complexity/noThisInStatic: the subclass that it is called on
    return applyFunction(this, args);
  }
}

function applyFunction<Args extends readonly unknown[], Result extends Tensor | readonly Tensor[]>(
  definition: AutogradFunctionClass<Args, Result>,
  args: Args,
): Result {
  const context = new FunctionContext(args.map((arg) => arg instanceof Tensor && arg.requiresGrad));
  const result = noGrad(() => definition.forward(context, ...args));
  // The addon gives each output its history in place; an input given back needs its own.
  const outputs = tensorList(result).map((output) =>
    args.includes(output) && !context.isDirty(output) ? wrap(native.alias(output.handle)) : output,
  );
  const backward = (...grads: readonly (Tensor | null)[]) =>
    definition.backward(context, ...(grads as readonly Tensor[]));
  context.record({ name: definition.name, backward }, args, outputs);
  return (result instanceof Tensor ? outputs[0] : outputs) as Result;
}

function tensorList(result: Tensor | readonly Tensor[]): readonly Tensor[] {
  return result instanceof Tensor ? [result] : result;
}

function listOf(gradients: Gradients): readonly (Tensor | null | undefined)[] {
  return gradients === null || gradients instanceof Tensor ? [gradients] : gradients;
}

function wrapOrNull(handle: Handle | null): Tensor | null {
  return handle === null ? null : wrap(handle);
}
