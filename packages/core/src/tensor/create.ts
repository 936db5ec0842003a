import { markAsUntransferable } from 'node:worker_threads';
import { dtypeCodes, native } from '@flambeau/native';
import { type Device, type DType, dtypeOf } from './dtype.js';
import { dtypeOfArray, isTypedArray, itemSize, type TypedArray } from './elements.js';
import { encode, flatten, inferDType, type NestedData } from './nestedData.js';
import { checkOptions } from './options.js';
import { tidy, wrap } from './scope.js';
import { Tensor } from './tensor.js';

export type TensorData = NestedData | Tensor;

export interface TensorOptions {
  /** Default: by the JavaScript type of the data, see {@link tensor}. */
  readonly dtype?: DType | null;
  readonly device?: Device | null;
  readonly requiresGrad?: boolean;
}

export interface BufferOptions extends TensorOptions {
  /** Default: one dimension with all elements. */
  readonly shape?: readonly number[];
}

const tensorOptions = ['dtype', 'device', 'requiresGrad'];
const arrayOptions = [...tensorOptions, 'shape'];
const bufferOptions = [...arrayOptions, 'count', 'offset'];

/** Memory that a tensor can be made over. */
export type BufferSource = ArrayBuffer | SharedArrayBuffer | TypedArray | DataView;

/**
 * A new tensor with a copy of the data.
 *
 * Numbers get the default dtype (float32), bigints int64, booleans bool, `{ re, im }` complex64;
 * where they are mixed, the last of these. The dtype never depends on values: `tensor([1, 2])` is
 * float32. A typed array or Buffer keeps its element type.
 * @throws TypeError for ragged rows and for what is no number, naming its place.
 * @throws RangeError where an integer dtype cannot hold a value.
 */
export function tensor(data: TensorData, options: TensorOptions = {}): Tensor {
  checkOptions('tensor', options, tensorOptions);
  const made = tidy(() => {
    if (data instanceof Tensor) return finished(data.detach().clone(), options);
    if (isTypedArray(data))
      return finished(over(data, dtypeOfArray(data), [data.length], true), options);
    return finished(fromNested(data, options.dtype ?? undefined), options);
  });
  return made.requiresGrad_(options.requiresGrad ?? false);
}

/**
 * As {@link tensor}, but without a copy where the data allow it: a tensor that fits is returned
 * itself, a typed array or Buffer shares its memory with the new tensor.
 */
export function asTensor(data: TensorData, options: TensorOptions = {}): Tensor {
  if (data instanceof Tensor) {
    return data.to({ dtype: options.dtype, device: options.device });
  }
  if (isTypedArray(data)) {
    return fromTypedArray(data, { ...options, dtype: undefined }, options.dtype ?? undefined);
  }
  return tensor(data, options);
}

/**
 * A tensor over the memory of a typed array or Buffer: a change of one shows in the other. The
 * memory lives as long as the tensor, and cannot be transferred to another thread.
 * @param options `dtype` says what the bytes are, where it is not what the array's type says.
 * @param convertTo another dtype to convert to; then the memory is not shared.
 */
export function fromTypedArray(
  data: TypedArray,
  options: BufferOptions = {},
  convertTo?: DType,
): Tensor {
  checkOptions('fromTypedArray', options, arrayOptions);
  const dtype = options.dtype ?? dtypeOfArray(data);
  const made = tidy(() => {
    const count = data.byteLength / itemSize(dtype);
    const shared = over(data, dtype, options.shape ?? [count], false);
    return finished(shared, { dtype: convertTo, device: options.device });
  });
  return made.requiresGrad_(options.requiresGrad ?? false);
}

/**
 * A tensor over bytes, as `torch.frombuffer`. The memory is shared where `offset` and the buffer's
 * own offset are multiples of the element size, and copied where not.
 * @param options `offset` in bytes; `count` of elements, by default all that follow.
 */
export function fromBuffer(
  buffer: BufferSource,
  options: BufferOptions & {
    readonly dtype: DType;
    readonly count?: number;
    readonly offset?: number;
  },
): Tensor {
  checkOptions('fromBuffer', options, bufferOptions);
  const { dtype, device, requiresGrad, offset = 0 } = options;
  const size = itemSize(dtype);
  const view = ArrayBuffer.isView(buffer) ? buffer : new DataView(buffer);
  const available = view.byteLength - offset;
  const count = options.count ?? Math.floor(available / size);
  if (offset < 0 || count < 0 || count * size > available) {
    throw new RangeError(
      `${count} elements of ${dtype} from byte ${offset} need ${count * size} bytes, ` +
        `the buffer has ${view.byteLength}`,
    );
  }
  const start = view.byteOffset + offset;
  const bytes =
    start % size === 0
      ? new Uint8Array(view.buffer, start, count * size)
      : new Uint8Array(view.buffer, start, count * size).slice();
  const shape = options.shape ?? [count];
  return fromTypedArray(bytes, { dtype, device, requiresGrad, shape });
}

/** {@link tensor} with the dtype and device of another one as defaults. */
export function newTensor(like: Tensor, data: TensorData, options: TensorOptions): Tensor {
  return tensor(data, { dtype: like.dtype, device: like.device, ...options });
}

function fromNested(data: NestedData, dtype: DType | undefined): Tensor {
  const { shape, elements } = flatten(data);
  const wanted = dtype ?? inferDType(elements, dtypeOf(native.defaultDtype()));
  const encoding = encodings[wanted] ?? wanted;
  return over(encode(elements, encoding), encoding, shape, true).to(wanted);
}

/** Dtypes that JavaScript cannot write are written as a wider one and converted. */
const encodings: Partial<Record<DType, DType>> = {
  float16: 'float32',
  bfloat16: 'float32',
  float8_e4m3fn: 'float32',
  float8_e4m3fnuz: 'float32',
  float8_e5m2: 'float32',
  float8_e5m2fnuz: 'float32',
  float8_e8m0fnu: 'float32',
  complex32: 'complex64',
};

function over(data: TypedArray, dtype: DType, shape: readonly number[], copy: boolean): Tensor {
  const bytes = shape.reduce((product, length) => product * length, itemSize(dtype));
  if (bytes !== data.byteLength) {
    throw new RangeError(
      `a tensor of ${dtype}[${shape.join(', ')}] has ${bytes} bytes, the data ${data.byteLength}`,
    );
  }
  if (!copy && data.buffer instanceof ArrayBuffer) markAsUntransferable(data.buffer);
  return wrap(native.fromTypedArray(data, dtypeCodes[dtype], shape, copy));
}

function finished(made: Tensor, { dtype, device }: TensorOptions): Tensor {
  return made.to({ dtype, device });
}
