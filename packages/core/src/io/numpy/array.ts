import { fromTypedArray } from '../../tensor/create.js';
import type { Device, DType } from '../../tensor/dtype.js';
import { itemSize } from '../../tensor/elements.js';
import { tidy } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';
import { BYTE_ORDER, swapBytes } from '../byteOrder.js';
import type { ByteSource } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import { tensorBytes } from '../tensorBytes.js';
import { descrOf, type Elements, elementsOf } from './descr.js';
import { readHeader, writeHeader } from './header.js';

/** An array that has been read: all bytes of its file, and what they are. */
export interface StoredArray {
  readonly head: Uint8Array;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly layout: ArrayLayout;
}

export interface ArrayLayout extends Elements {
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
}

export function readArray(source: ByteSource): StoredArray {
  const { head, header } = readHeader(source);
  const layout = { ...header, ...elementsOf(header.descr) };
  const bytes = byteCount(layout.dtype, layout.shape);
  const available = source.size - head.byteLength;
  if (bytes > available) {
    throw new FileFormatError(
      `an array of ${layout.dtype}[${layout.shape.join(', ')}] takes ${bytes} bytes, ` +
        `the file has ${available}`,
    );
  }
  return { head, data: source.read(head.byteLength, bytes), layout };
}

export function byteCount(dtype: DType, shape: readonly number[]): number {
  return shape.reduce((count, size) => count * size, itemSize(dtype));
}

/**
 * A tensor over an array's bytes, which it may turn around. One in Fortran's order, whose first
 * index runs fastest, keeps its order in memory.
 */
export function tensorOver(
  data: Uint8Array<ArrayBuffer>,
  { dtype, order, shape, fortranOrder }: ArrayLayout,
  device: Device | undefined,
): Tensor {
  if (order !== BYTE_ORDER) swapBytes(data, dtype);
  if (!fortranOrder) return fromTypedArray(data, { dtype, shape, device });
  return tidy(() => {
    const reversed = fromTypedArray(data, { dtype, shape: shape.toReversed(), device });
    return reversed.permute(shape.map((_, dim) => shape.length - 1 - dim));
  });
}

/**
 * A tensor as the parts of a .npy file. One that lies in Fortran's order is written in it.
 * @throws TypeError for a sparse one, or a dtype that NumPy lacks
 */
export function* arrayParts(tensor: Tensor): Generator<Uint8Array> {
  if (!(tensor instanceof Tensor)) {
    throw new TypeError(`an array is made of a Tensor, got ${typeof tensor}`);
  }
  const { dtype, shape } = tensor;
  if (tensor.layout !== 'strided') {
    throw new TypeError(`the tensor must be dense, got a ${tensor.layout} one`);
  }
  const reversed = tidy(() =>
    tensor.detach().permute(shape.map((_, dim) => shape.length - 1 - dim)),
  );
  try {
    const fortranOrder = !tensor.isContiguous() && reversed.isContiguous();
    yield writeHeader({ descr: descrOf(dtype), fortranOrder, shape });
    yield* tensorBytes(fortranOrder ? reversed : tensor);
  } finally {
    reversed.dispose();
  }
}
