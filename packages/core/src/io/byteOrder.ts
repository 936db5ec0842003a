import { endianness } from 'node:os';
import { type DType, isComplex } from '../tensor/dtype.js';
import { itemSize } from '../tensor/elements.js';

/** The order of bytes in a number. */
export type ByteOrder = 'little' | 'big';

/** The one of this machine. */
export const BYTE_ORDER: ByteOrder = endianness() === 'LE' ? 'little' : 'big';

/** Turns the bytes of every element around, in place. */
export function swapBytes(bytes: Uint8Array<ArrayBuffer>, dtype: DType): void {
  const width = isComplex(dtype) ? itemSize(dtype) / 2 : itemSize(dtype);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}
