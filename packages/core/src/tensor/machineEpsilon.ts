import type { DType } from './dtype.js';

/** Bits of the fraction of each floating dtype; a complex one has that of its parts. */
const fractionBits: Readonly<Partial<Record<DType, number>>> = {
  float16: 10,
  bfloat16: 7,
  float32: 23,
  float64: 52,
  complex64: 23,
  complex128: 52,
};

/**
 * The distance from 1 to the next number of a dtype, in Python `torch.finfo(dtype).eps`.
 * @throws TypeError for a dtype of whole numbers
 */
export function machineEpsilon(dtype: DType): number {
  const bits = fractionBits[dtype];
  if (bits === undefined) throw new TypeError(`${dtype} has no machine epsilon`);
  return 2 ** -bits;
}
