import { type AnyModule, Module } from '../nn/module.js';
import type { Tensor } from '../tensor/tensor.js';
import { listify, type Tensors } from './batch.js';

/**
 * The loss of an output and its targets, a tensor `[]`: a function, or a module such as
 * `new nn.MSELoss()`. A model with several outputs gives them as one array.
 */
export type LossFunction =
  | ((output: Tensor, target: Tensor) => Tensor)
  | ((output: Tensor, ...targets: readonly Tensor[]) => Tensor)
  | ((output: readonly Tensor[], ...targets: readonly Tensor[]) => Tensor)
  | AnyModule;

/** The loss of one batch. */
export function computeLoss(lossFunc: LossFunction, output: Tensors, target: Tensors): Tensor {
  const targets = listify(target);
  if (lossFunc instanceof Module) return lossFunc.call(output, ...targets) as Tensor;
  return (lossFunc as (output: Tensors, ...targets: readonly Tensor[]) => Tensor)(
    output,
    ...targets,
  );
}
