import type { ByteSource } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';

/*
 * The head of a .npy file, by NumPy's "NEP 1 — A Simple File Format for NumPy Arrays": a magic
 * text, a version of two bytes, the length of the description, and the description: a dictionary
 * as Python writes it, padded so that the data begin at a multiple of 64.
 */

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
const VERSION_END = MAGIC.byteLength + 2;
const ALIGNMENT = 64;
/** NumPy refuses longer ones, too. */
const LONGEST = 10_000;

export interface ArrayHeader {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/**
 * Reads a head.
 * @returns its bytes, and what it says
 */
export function readHeader(source: ByteSource): { head: Uint8Array; header: ArrayHeader } {
  const start = Buffer.from(source.read(0, Math.min(source.size, VERSION_END)));
  if (start.byteLength < VERSION_END || !start.subarray(0, MAGIC.byteLength).equals(MAGIC)) {
    throw new FileFormatError("the array does not begin with NumPy's magic text");
  }
  const version = start[MAGIC.byteLength] as number;
  if (version < 1 || version > 3) {
    throw new FileFormatError(`the array is in version ${version} of the format; known are 1 to 3`);
  }
  const width = version === 1 ? 2 : 4;
  const length = Buffer.from(source.read(VERSION_END, width)).readUIntLE(0, width);
  if (length > LONGEST) {
    throw new FileFormatError(`the array's description has ${length} bytes, ${LONGEST} at most`);
  }
  const head = source.read(0, VERSION_END + width + length);
  const text = Buffer.from(head.subarray(VERSION_END + width));
  return { head, header: parse(text.toString(version === 3 ? 'utf8' : 'latin1')) };
}

function parse(text: string): ArrayHeader {
  const descr = /'descr'\s*:\s*(?:'([^']*)'|\[)/.exec(text);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const sizes = /'shape'\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (descr === null || order === undefined || sizes === undefined) {
    throw new FileFormatError(`the array's description is not understood: ${text.trim()}`);
  }
  if (descr[1] === undefined) {
    throw new FileFormatError('the array has records, which no tensor can hold');
  }
  const shape = sizes.split(',').filter((size) => size.trim() !== '');
  const numbers = shape.map((size) => Number(size.replace('L', '')));
  if (!numbers.every(Number.isSafeInteger)) {
    throw new FileFormatError(`the array's shape is not understood: (${sizes})`);
  }
  return { descr: descr[1], fortranOrder: order === 'True', shape: numbers };
}

/** The head for an array, in the oldest version that can hold it. */
export function writeHeader({ descr, fortranOrder, shape }: ArrayHeader): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const order = fortranOrder ? 'True' : 'False';
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${tuple}, }`;
  const used = VERSION_END + 2 + text.length + 1;
  const total = Math.ceil(used / ALIGNMENT) * ALIGNMENT;
  const head = Buffer.alloc(total, ' ');
  MAGIC.copy(head);
  head.set([1, 0], MAGIC.byteLength);
  head.writeUInt16LE(total - VERSION_END - 2, VERSION_END);
  head.write(text, VERSION_END + 2, 'latin1');
  head.write('\n', total - 1);
  return head;
}
