import { isDType } from '../../tensor/dtype.js';
import { FileFormatError } from '../fileFormatError.js';
import { type StorageSpec, TensorSpec } from './specs.js';

function isStorage(value: unknown): value is StorageSpec {
  return typeof value === 'object' && value !== null && 'data' in value && 'length' in value;
}

function sizesFrom(value: unknown, what: string): number[] {
  const isSizes =
    Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isSizes) throw new FileFormatError(`a tensor's ${what} must be whole numbers from 0`);
  return value as number[];
}

/**
 * The arguments of PyTorch's three functions: storage, offset, size, stride, then requires_grad,
 * the backward hooks, which are left out, and either a dtype or the bits of the tensor.
 */
export function rebuildTensor(args: readonly unknown[]): TensorSpec {
  const [storage, offset, size, stride, requiresGrad = false, , last, bits = last] = args;
  if (!isStorage(storage)) throw new FileFormatError('a tensor has no storage');
  const [start] = sizesFrom([offset], 'offset') as [number];
  return new TensorSpec(
    {
      storage,
      dtype: isDType(last) ? last : storage.dtype,
      offset: start,
      size: sizesFrom(size, 'size'),
      stride: sizesFrom(stride, 'strides'),
    },
    requiresGrad === true,
    false,
    bits instanceof Map ? { conj: bits.get('conj') === true, neg: bits.get('neg') === true } : {},
  );
}

/** Its arguments: the tensor, requires_grad, then hooks and attributes, which are left out. */
export function rebuildParameter([data, requiresGrad]: readonly unknown[]): TensorSpec {
  if (!(data instanceof TensorSpec)) throw new FileFormatError('a parameter has no tensor');
  return new TensorSpec(data.layout, requiresGrad === true, true);
}
