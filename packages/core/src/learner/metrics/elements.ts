import { TorchValueError } from '../../tensor/errors.js';
import type { Tensor } from '../../tensor/tensor.js';

/**
 * Both as vectors, detached; half-precision numbers become float32, so that sums of many hold.
 * @param metric named in the error
 * @throws TorchValueError when they have different numbers of elements
 */
export function flattened(metric: string, pred: Tensor, target: Tensor): [Tensor, Tensor] {
  checkElements(metric, pred, target);
  return [vector(pred), vector(target)];
}

/** @throws TorchValueError when the tensors have different numbers of elements */
export function checkElements(metric: string, pred: Tensor, target: Tensor): void {
  if (pred.numel() === target.numel()) return;
  throw new TorchValueError({
    code: 'value',
    message:
      `${metric}: the prediction and the target must have as many elements, ` +
      `got ${describe(pred)} and ${describe(target)}`,
  });
}

function describe(tensor: Tensor): string {
  return `${tensor.numel()} (shape [${tensor.shape.join(', ')}])`;
}

function vector(tensor: Tensor): Tensor {
  const flat = tensor.detach().reshape([-1]);
  return flat.dtype === 'float16' || flat.dtype === 'bfloat16' ? flat.float() : flat;
}
