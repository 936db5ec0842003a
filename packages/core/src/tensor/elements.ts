import type { TypedArray } from '@flambeau/native';
import type { Complex } from '../ops/argumentTypes.js';
import type { DType } from './dtype.js';

export type { TypedArray };

/** One element of a tensor in JavaScript. */
export type Element = number | bigint | boolean | Complex;

type TypedArrayClass = new (
  buffer: ArrayBufferLike,
  offset?: number,
  length?: number,
) => TypedArray;

/** The typed array that holds a dtype's bytes. The 16 bits of a half or bfloat16 are its bits. */
const classes: Partial<Record<DType, TypedArrayClass>> = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  complex32: Uint16Array,
  complex64: Float32Array,
  complex128: Float64Array,
};

/** Can JavaScript hold the elements of this dtype? */
export function hasTypedArray(dtype: DType): boolean {
  return classes[dtype] !== undefined;
}

/** The bytes of a tensor of this dtype as the typed array that fits; bytes where none does. */
export function viewAs(dtype: DType, buffer: ArrayBuffer): TypedArray {
  return new (classes[dtype] ?? Uint8Array)(buffer);
}

/** Bytes of one element. */
export function itemSize(dtype: DType): number {
  const wide = dtype.startsWith('complex') ? 2 : 1;
  return wide * viewAs(dtype, new ArrayBuffer(0)).BYTES_PER_ELEMENT;
}

/** The dtype whose bytes a typed array holds; undefined for what is none. */
export function dtypeOfArray(array: TypedArray): DType {
  const dtype = dtypesByClass.get(array[Symbol.toStringTag]);
  if (dtype === undefined) throw new TypeError(`no dtype for a ${array[Symbol.toStringTag]}`);
  return dtype;
}

const dtypesByClass: ReadonlyMap<string, DType> = new Map([
  ['Int8Array', 'int8'],
  ['Uint8Array', 'uint8'],
  ['Uint8ClampedArray', 'uint8'],
  ['Int16Array', 'int16'],
  ['Uint16Array', 'uint16'],
  ['Int32Array', 'int32'],
  ['Uint32Array', 'uint32'],
  ['Float32Array', 'float32'],
  ['Float64Array', 'float64'],
  ['BigInt64Array', 'int64'],
  ['BigUint64Array', 'uint64'],
]);

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** How the elements of a dtype are read from its typed array. */
export function elementReader(dtype: DType, data: TypedArray): (index: number) => Element {
  const at = (index: number) => data[index] as number | bigint;
  switch (dtype) {
    case 'bool':
      return (i) => at(i) !== 0;
    case 'int64':
    case 'uint64':
      return (i) => narrowed(at(i) as bigint);
    case 'float16':
      return (i) => halfToNumber(at(i) as number);
    case 'bfloat16':
      return (i) => bfloat16ToNumber(at(i) as number);
    case 'complex32':
      return (i) => ({
        re: halfToNumber(at(2 * i) as number),
        im: halfToNumber(at(2 * i + 1) as number),
      });
    case 'complex64':
    case 'complex128':
      return (i) => ({ re: at(2 * i) as number, im: at(2 * i + 1) as number });
    default:
      if (classes[dtype] === undefined) {
        throw new TypeError(
          `elements of ${dtype} have no JavaScript form; convert the tensor first`,
        );
      }
      return at;
  }
}

/** A number where it is exact, else the bigint. */
export function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function bfloat16ToNumber(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}
