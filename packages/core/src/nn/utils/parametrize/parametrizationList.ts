import { native } from '@flambeau/native';
import { noGrad } from '../../../autograd/gradMode.js';
import { tidy } from '../../../tensor/scope.js';
import { Tensor } from '../../../tensor/tensor.js';
import { ModuleList } from '../../container.js';
import type { AnyModule } from '../../module.js';
import { Parameter } from '../../parameter.js';
import { sameSizes, shapeText } from '../../shapes.js';

/** A module that gives a tensor of one or several others. */
export interface Parametrization extends AnyModule {
  /**
   * The tensor, or the tensors, of which {@link call} would make `value`; null where that cannot be
   * told. Without it, what is parametrized is itself the tensor to begin with.
   */
  rightInverse?(value: Tensor): Tensor | readonly Tensor[] | null;
}

/**
 * Parametrizations of one tensor, applied one after the other, and what the first one is applied
 * to: `original`, or `original0`, `original1` … where its `rightInverse` gives several.
 */
export class ParametrizationList extends ModuleList<Parametrization> {
  /** May they change the shape and the dtype of the tensor? */
  unsafe: boolean;
  private readonly originalNames: readonly string[];

  /**
   * @param original becomes `original`, with the values of its inverse
   * @throws TypeError when `rightInverse`, or what is made of it, is not what it should be
   */
  constructor(parametrization: Parametrization, original: Tensor, unsafe: boolean) {
    super([parametrization]);
    this.unsafe = unsafe;
    const { shape, dtype } = original;
    const inverse = noGrad(() => parametrization.rightInverse?.(original) ?? original);
    if (inverse instanceof Tensor) {
      this.originalNames = ['original'];
      this.begin(original, inverse);
    } else {
      this.originalNames = inverse.map((_, i) => `original${i}`);
      const { requiresGrad } = original;
      for (const [i, tensor] of inverse.entries()) {
        requireTensor(`element ${i} of what rightInverse gives`, tensor);
        const part = original instanceof Parameter ? new Parameter(tensor, requiresGrad) : tensor;
        Reflect.set(this, `original${i}`, part);
      }
    }
    if (!unsafe) tidy(() => requireLike('the parametrized tensor', this.value(), shape, dtype));
  }

  private begin(original: Tensor, inverse: Tensor): void {
    if (inverse !== original) {
      requireLike('what rightInverse gives', inverse, inverse.shape, original.dtype);
      noGrad(() => native.setData(original.handle, inverse.handle));
    }
    Reflect.set(this, 'original', original);
  }

  /** What is trained or kept instead of the tensor. */
  get originals(): readonly Tensor[] {
    return this.originalNames.map((name) => Reflect.get(this, name) as Tensor);
  }

  /** The tensor that the module computes with, made anew. */
  value(): Tensor {
    const [first, ...rest] = this.items as [Parametrization, ...Parametrization[]];
    let value = first.call(...this.originals);
    for (const parametrization of rest) value = parametrization.call(value);
    return requireTensor('what a parametrization gives', value);
  }

  /**
   * Gives the originals the values of which `value` would be made.
   * @throws TypeError when a parametrization has no `rightInverse`
   */
  assign(value: Tensor): void {
    noGrad(() => {
      let inverse: Tensor | readonly Tensor[] = value;
      for (const parametrization of this.items.toReversed()) {
        const found: Tensor | readonly Tensor[] | null =
          parametrization.rightInverse?.(inverse as Tensor) ?? null;
        if (found === null) {
          const { name } = parametrization.constructor;
          throw new TypeError(`nothing can be assigned: ${name} has no rightInverse`);
        }
        inverse = found;
      }
      const parts = inverse instanceof Tensor ? [inverse] : inverse;
      for (const [i, original] of this.originals.entries()) {
        const part = requireTensor('what rightInverse gives', parts[i]);
        requireLike('what rightInverse gives', part, part.shape, original.dtype);
        tidy(() => native.setData(original.handle, part.detach().clone().handle));
      }
    });
  }

  /**
   * @throws TypeError when a further parametrization of a tensor `current` would change its shape or
   * dtype, there or back
   */
  requireFits(parametrization: Parametrization, current: Tensor): void {
    const { shape, dtype } = current;
    tidy(() => {
      const value = requireTensor('what a parametrization gives', parametrization.call(current));
      requireLike('what a parametrization gives', value, shape, dtype);
      const inverse = noGrad(() => parametrization.rightInverse?.(value) ?? current);
      requireLike('what rightInverse gives', inverse, shape, dtype);
    });
  }
}

function requireTensor(what: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new TypeError(`${what} must be a Tensor, got ${value === null ? 'null' : typeof value}`);
}

function requireLike(
  what: string,
  value: unknown,
  shape: Tensor['shape'],
  dtype: Tensor['dtype'],
): void {
  const tensor = requireTensor(what, value);
  if (tensor.dtype === dtype && sameSizes(tensor.shape, shape)) return;
  throw new TypeError(
    `${what} must have the dtype ${dtype} and the shape [${shape.join(', ')}], ` +
      `got ${tensor.dtype} and ${shapeText(tensor)}; unsafe: true allows other shapes and dtypes`,
  );
}
