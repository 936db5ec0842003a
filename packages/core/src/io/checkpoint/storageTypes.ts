import type { DType } from '../../tensor/dtype.js';

/** PyTorch's storage classes, without 'Storage'; newer dtypes have none of their own. */
export const storageDtypes: Readonly<Record<string, DType>> = {
  Double: 'float64',
  Float: 'float32',
  Half: 'float16',
  BFloat16: 'bfloat16',
  Long: 'int64',
  Int: 'int32',
  Short: 'int16',
  Char: 'int8',
  Byte: 'uint8',
  Bool: 'bool',
  ComplexDouble: 'complex128',
  ComplexFloat: 'complex64',
};
