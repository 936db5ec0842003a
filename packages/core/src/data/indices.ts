import { tensor } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';

/** Indices as int64[n]. */
export function indexTensor(indices: readonly number[]): Tensor {
  return tensor(BigInt64Array.from(indices, BigInt));
}

/** The elements of an int64 tensor. */
export function numbersOf(indices: Tensor): number[] {
  return Array.from(indices.toTypedArray(), Number);
}
