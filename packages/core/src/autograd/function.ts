import { type Handle, native } from '@flambeau/native';
import { wrap, wrapOrNull } from '../tensor/scope.js';
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
    name: string,
    inputs: readonly unknown[],
    outputs: readonly Tensor[],
    backward: NativeBackward,
  ): void {
    native.customFunction(
      name,
      inputs.map((input) => (input instanceof Tensor ? input.handle : null)),
      outputs.map(handleOf),
      {
        saved: this.#toSave.map((tensor) => tensor?.handle ?? null),
        dirty: this.#dirty.map(handleOf),
        nonDifferentiable: this.#nonDifferentiable.map(handleOf),
        materializeGrads: this.#materializeGrads,
      },
      backward,
    );
    this.#toSave = [];
    this.#dirty = [];
    this.#nonDifferentiable = [];
  }

  /** @internal Runs `fn` with the saved tensors at hand. */
  withSaved<T>(saved: readonly (Tensor | null)[], fn: () => T): T {
    this.#saved = saved;
    try {
      return fn();
    } finally {
      this.#saved = [];
    }
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
  const isTensor = args.map((arg) => arg instanceof Tensor);
  context.record(
    `${definition.name}Backward`,
    args,
    outputs,
    nativeBackward(definition, context, isTensor),
  );
  return (result instanceof Tensor ? outputs[0] : outputs) as Result;
}

type NativeBackward = (
  grads: (Handle | null)[],
  saved: (Handle | null)[],
) => readonly (Handle | null)[];

/**
 * What the graph calls. It must not hold the arguments of the call: one that was changed in place
 * is an output too, and would keep itself alive through its own history.
 */
function nativeBackward(
  definition: AutogradFunctionClass<never, Tensor | readonly Tensor[]>,
  context: FunctionContext,
  isTensor: readonly boolean[],
): NativeBackward {
  return (grads, saved) => {
    // A gradient is null only where the function asked for that with setMaterializeGrads(false).
    const wrapped = grads.map(wrapOrNull) as readonly Tensor[];
    const gradients = context.withSaved(saved.map(wrapOrNull), () =>
      listOf(definition.backward(context, ...wrapped)),
    );
    if (gradients.length !== isTensor.length) {
      throw new TypeError(
        `${definition.name}.backward gives one gradient, or null, for each argument of forward: ` +
          `expected ${isTensor.length}, got ${gradients.length}`,
      );
    }
    return gradients.map((gradient, i) => (isTensor[i] ? (gradient?.handle ?? null) : null));
  };
}

function tensorList(result: Tensor | readonly Tensor[]): readonly Tensor[] {
  return result instanceof Tensor ? [result] : result;
}

function listOf(gradients: Gradients): readonly (Tensor | null | undefined)[] {
  return gradients === null || gradients instanceof Tensor ? [gradients] : gradients;
}

function handleOf(tensor: Tensor): Handle {
  return tensor.handle;
}
