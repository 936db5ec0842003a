import type { Tensor } from '../tensor/tensor.js';

export function sameShape(a: Tensor, b: Tensor): boolean {
  const left = a.shape;
  const right = b.shape;
  return left.length === right.length && left.every((size, i) => size === right[i]);
}

/** `[2, 3]` */
export function shapeText(tensor: Tensor): string {
  return `[${tensor.shape.join(', ')}]`;
}
