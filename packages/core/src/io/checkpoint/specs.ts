import type { DType } from '../../tensor/dtype.js';
import { itemSize } from '../../tensor/elements.js';
import { FileFormatError } from '../fileFormatError.js';
import type { Buildable } from '../pickle/machine.js';

/** Memory that a file holds, and that any number of its tensors may share. */
export interface StorageData {
  /** The storage's name in the file. */
  readonly key: string;
  /** The device it was saved on, 'cuda:0'. */
  readonly location: string;
  /** At least so many bytes are used. */
  bytes: number;
  /** What the bytes are, for a file of the other byte order. */
  readonly dtype: DType;
}

/** A storage, or a part of one, as elements of a dtype. */
export interface StorageSpec {
  readonly data: StorageData;
  readonly dtype: DType;
  /** Where it begins in the data, and how long it is, in elements. */
  readonly start: number;
  readonly length: number;
}

/** The class of a storage: 'torch.FloatStorage'. */
export class StorageType {
  constructor(readonly dtype: DType) {}
}

export interface TensorLayout {
  readonly storage: StorageSpec;
  readonly dtype: DType;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** A tensor as its file describes it: made when all of the file has been understood. */
export class TensorSpec implements Buildable {
  constructor(
    readonly layout: TensorLayout,
    readonly requiresGrad: boolean,
    readonly isParameter = false,
    /** Bits that PyTorch sets instead of computing: conjugated, negated. */
    readonly bits: { readonly conj?: boolean; readonly neg?: boolean } = {},
  ) {
    checkBounds(layout);
  }

  /** Attributes that Python code has put on the tensor are left out. */
  build(): void {}
}

function checkBounds({ storage, dtype, offset, size, stride }: TensorLayout): void {
  if (size.length !== stride.length) {
    throw new FileFormatError(
      `a tensor has ${size.length} dimensions, but strides for ${stride.length}`,
    );
  }
  const elements = Math.floor((storage.length * itemSize(storage.dtype)) / itemSize(dtype));
  const last = size.reduce((sum, length, dim) => sum + (length - 1) * (stride[dim] ?? 0), offset);
  if (!size.includes(0) && last >= elements) {
    throw new FileFormatError(
      `a tensor of ${dtype}[${size.join(', ')}] reaches element ${last} of storage ` +
        `'${storage.data.key}', which has ${elements}`,
    );
  }
}
