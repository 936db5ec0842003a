import type { DType } from '@flambeau/core';

/** Numbers of one element: two for a complex one. bigint where a number would not be exact. */
export type Elements = ArrayLike<number | bigint>;

const decoders: Partial<Record<DType, (data: ArrayBuffer) => Elements>> = {
  bool: (data) => new Uint8Array(data),
  uint8: (data) => new Uint8Array(data),
  int8: (data) => new Int8Array(data),
  int16: (data) => new Int16Array(data),
  uint16: (data) => new Uint16Array(data),
  int32: (data) => new Int32Array(data),
  uint32: (data) => new Uint32Array(data),
  int64: (data) => new BigInt64Array(data),
  uint64: (data) => new BigUint64Array(data),
  float32: (data) => new Float32Array(data),
  float64: (data) => new Float64Array(data),
  complex64: (data) => new Float32Array(data),
  complex128: (data) => new Float64Array(data),
  float16: (data) => Float64Array.from(new Uint16Array(data), halfToNumber),
  complex32: (data) => Float64Array.from(new Uint16Array(data), halfToNumber),
  bfloat16: (data) => new Float32Array(Uint32Array.from(new Uint16Array(data), shifted).buffer),
};

/**
 * The elements in a tensor's bytes. Dtypes that only conversions are defined for (the 8-bit
 * floats and smaller) come as their bits.
 */
export function elementsOf(dtype: DType, data: ArrayBuffer): Elements {
  return decoders[dtype]?.(data) ?? new Uint8Array(data);
}

/** IEEE 754 binary16: a sign, 5 bits of exponent, 10 bits of mantissa. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 is the upper half of a float32. */
function shifted(bits: number): number {
  return bits << 16;
}
