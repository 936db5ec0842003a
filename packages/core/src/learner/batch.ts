import { Tensor } from '../tensor/tensor.js';

/** One input or target of a model, or several. */
export type Tensors = Tensor | readonly Tensor[];

/** What a model is trained on: `model.call(...listify(x))` is compared with `y`. */
export type SupervisedBatch = readonly [x: Tensors, y: Tensors];

/** A single tensor as a list of one. */
export function listify(tensors: Tensors): readonly Tensor[] {
  return tensors instanceof Tensor ? [tensors] : tensors;
}

/** Samples in a batch: the length of its first tensor. */
export function sampleCount(tensors: Tensors): number {
  const [first] = listify(tensors);
  if (first === undefined) throw new RangeError('a batch needs at least one tensor, got none');
  return first.size(0);
}
