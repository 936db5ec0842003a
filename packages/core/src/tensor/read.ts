import { native } from '@flambeau/native';
import { type Element, elementReader, type TypedArray, viewAs } from './elements.js';
import { TorchValueError } from './errors.js';
import type { Tensor } from './tensor.js';

export type { Element, TypedArray };

/** The elements of a tensor: nested as deep as it has dimensions. */
export type NestedArray = Element | NestedArray[];

export function item(tensor: Tensor): Element {
  return native.item(tensor.handle);
}

export async function itemAsync(tensor: Tensor): Promise<Element> {
  if (tensor.numel() !== 1) {
    throw new TorchValueError({
      code: 'value',
      message: `itemAsync() reads a tensor of one element; this one has ${tensor.numel()}`,
    });
  }
  const { dtype } = tensor;
  return elementReader(dtype, viewAs(dtype, await native.toArrayBufferAsync(tensor.handle)))(0);
}

export function toTypedArray(tensor: Tensor): TypedArray {
  return viewAs(tensor.dtype, native.toArrayBuffer(tensor.handle));
}

export async function toTypedArrayAsync(tensor: Tensor): Promise<TypedArray> {
  const { dtype } = tensor;
  return viewAs(dtype, await native.toArrayBufferAsync(tensor.handle));
}

export function toArray(tensor: Tensor): NestedArray {
  const { shape, dtype } = tensor;
  return nested(shape, elementReader(dtype, toTypedArray(tensor)));
}

export async function toArrayAsync(tensor: Tensor): Promise<NestedArray> {
  const { shape, dtype } = tensor;
  return nested(shape, elementReader(dtype, await toTypedArrayAsync(tensor)));
}

function nested(shape: readonly number[], read: (index: number) => Element): NestedArray {
  let next = 0;
  const level = (dim: number): NestedArray => {
    const length = shape[dim];
    if (length === undefined) return read(next++);
    const row: NestedArray[] = new Array(length);
    for (let i = 0; i < length; i++) row[i] = level(dim + 1);
    return row;
  };
  return level(0);
}
