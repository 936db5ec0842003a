import type { Tensor } from '../tensor/tensor.js';

export function sameShape(a: Tensor, b: Tensor): boolean {
  return sameSizes(a.shape, b.shape);
}

export function sameSizes(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((size, i) => size === right[i]);
}

/** `[2, 3]` */
export function shapeText(tensor: Tensor): string {
  return `[${tensor.shape.join(', ')}]`;
}
