import { narrowed } from '../../tensor/elements.js';
import { FileFormatError } from '../fileFormatError.js';
import type { PickleReader } from './reader.js';

/** No sensible integer is longer, and longer ones take long to convert. */
const LONGEST = 1024;

/** An integer of `length` bytes, in two's complement, the lowest first. */
export function decodeLong(reader: PickleReader, length: number): number | bigint {
  if (length > LONGEST) throw new FileFormatError(`the pickle has an integer of ${length} bytes`);
  if (length === 0) return 0;
  const digits = Buffer.from(reader.bytes(length).reverse()).toString('hex');
  return narrowed(BigInt.asIntN(8 * length, BigInt(`0x${digits}`)));
}

/** The shortest form that {@link decodeLong} reads. */
export function encodeLong(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (BigInt.asIntN(8 * bytes.length, value) !== value);
  return Uint8Array.from(bytes);
}
