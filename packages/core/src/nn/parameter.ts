import { type Handle, native } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * A tensor that a module trains. It shares memory with `data`, has no history, and requires a
 * gradient unless told otherwise, also inside `noGrad`.
 * @throws TypeError when a gradient is required of a dtype that is neither floating nor complex
 */
export class Parameter extends Tensor {
  constructor(data: Tensor, requiresGrad = true) {
    if (!(data instanceof Tensor)) {
      throw new TypeError(`a Parameter is made of a Tensor, got ${typeof data}`);
    }
    super(aten('detach')(data.handle) as Handle);
    if (requiresGrad) this.requiresGrad = true;
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`;
  }
}

/** A parameter whose values are still to be set. */
export function emptyParameter(
  shape: readonly number[],
  options: { device?: Device | undefined; dtype?: DType | undefined } = {},
): Parameter {
  return tidy(() => new Parameter(functions.torch.empty(shape, options)));
}

/** Drops the gradients of `parameters`, or fills them with zeros, without their history. */
export function clearGradients(parameters: Iterable<Tensor>, setToNone: boolean): void {
  if (setToNone) {
    for (const parameter of parameters) native.setGrad(parameter.handle, null);
    return;
  }
  tidy(() => {
    for (const { grad } of parameters) grad?.detach_().zero_();
  });
}
