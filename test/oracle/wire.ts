import { type DType, Tensor, torch } from '@flambeau/core';
import { type ComplexValue, dtypeCodes, native } from '@flambeau/native';

/** The other end of `python/wire.py`, which describes frames and values. */

/** A tensor as it came from Python: its bytes, in row-major order. */
export interface RemoteTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly layout: string;
  readonly requiresGrad: boolean;
  readonly data: Uint8Array<ArrayBuffer>;
}

export function isRemoteTensor(value: unknown): value is RemoteTensor {
  return typeof value === 'object' && value !== null && 'data' in value && 'strides' in value;
}

/** A slice of a Python index. */
export class RemoteSlice {
  constructor(
    readonly start: number | null,
    readonly stop: number | null,
    readonly step: number | null,
  ) {}
}

/** Python's `...`. */
export const remoteEllipsis = Symbol('Ellipsis');

interface TensorHeader extends Omit<RemoteTensor, 'data'> {
  readonly bytes: number;
}

/** A JSON header and the tensors it refers to. */
export interface Frame {
  readonly header: Readonly<Record<string, unknown>>;
  readonly tensors: readonly RemoteTensor[];
}

/** Values that can be sent as inputs of a snippet. */
export type Input = Tensor | Scalar | null | string | readonly Input[];
type Scalar = number | bigint | boolean | ComplexValue;

/** Turns values into JSON, and keeps the tensors that go with it. */
export class Encoder {
  readonly #headers: TensorHeader[] = [];
  readonly #chunks: Uint8Array[] = [];

  value(value: Input): unknown {
    if (value instanceof Tensor) return this.#tensor(value);
    if (isList(value)) return value.map((item) => this.value(item));
    if (typeof value === 'bigint') return { int: `${value}` };
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return { float: `${value}`.replace('Infinity', 'inf').replace('NaN', 'nan') };
    }
    if (typeof value === 'object' && value !== null) {
      return { complex: [this.value(value.re), this.value(value.im)] };
    }
    return value;
  }

  frame(header: Readonly<Record<string, unknown>>): Uint8Array {
    const json = Buffer.from(JSON.stringify({ ...header, tensors: this.#headers }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(json.length);
    return Buffer.concat([length, json, ...this.#chunks]);
  }

  #tensor(tensor: Tensor): unknown {
    const chunk = new Uint8Array(native.toArrayBuffer(tensor.handle));
    this.#headers.push({
      dtype: tensor.dtype,
      shape: tensor.shape,
      strides: tensor.stride(),
      layout: tensor.layout,
      requiresGrad: tensor.requiresGrad,
      bytes: chunk.length,
    });
    this.#chunks.push(chunk);
    return { tensor: this.#headers.length - 1 };
  }
}

/** Array.isArray that also narrows readonly arrays. */
export function isList(value: unknown): value is readonly unknown[] & readonly Input[] {
  return Array.isArray(value);
}

/** Reads a given number of bytes at a time from a stream of chunks. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #buffered: Buffer[] = [];
  #length = 0;

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** @throws Error when the stream ends before. */
  async take(count: number): Promise<Buffer> {
    while (this.#length < count) {
      const next = await this.#chunks.next();
      if (next.done) throw new Error('the Python process ended');
      this.#buffered.push(next.value);
      this.#length += next.value.length;
    }
    const all = Buffer.concat(this.#buffered);
    this.#buffered = [all.subarray(count)];
    this.#length = all.length - count;
    return all.subarray(0, count);
  }
}

/** Reads the next frame. */
export async function readFrame(reader: ByteReader): Promise<Frame> {
  const length = (await reader.take(4)).readUInt32LE();
  const json = (await reader.take(length)).toString();
  const { tensors: headers, ...header } = JSON.parse(json) as Frame['header'] & {
    tensors: TensorHeader[];
  };
  const tensors: RemoteTensor[] = [];
  for (const { bytes, ...rest } of headers) {
    tensors.push({ ...rest, data: Uint8Array.from(await reader.take(bytes)) });
  }
  return { header, tensors };
}

/** What Python sent: plain values, lists, dictionaries, tensors and parts of an index. */
export type Output =
  | Scalar
  | null
  | string
  | RemoteTensor
  | RemoteSlice
  | typeof remoteEllipsis
  | readonly Output[]
  | { readonly [key: string]: Output };

/** Turns a header's value into what it stands for; dtypes and the like become their names. */
export function decodeValue(value: unknown, tensors: readonly RemoteTensor[]): Output {
  if (Array.isArray(value)) return value.map((item) => decodeValue(item, tensors));
  if (typeof value !== 'object' || value === null) return value as Output;
  const [[kind, content] = ['', undefined]] = Object.entries(value) as [string, unknown][];
  switch (kind) {
    case 'tensor':
      return tensors[content as number] as RemoteTensor;
    case 'int':
      return BigInt(content as string);
    case 'float':
      return Number((content as string).replace('inf', 'Infinity'));
    case 'complex': {
      const [re, im] = (content as unknown[]).map((part) => decodeValue(part, tensors));
      return { re: re as number, im: im as number };
    }
    case 'dict':
      return Object.fromEntries(
        Object.entries(content as object).map(([key, item]) => [key, decodeValue(item, tensors)]),
      );
    case 'slice': {
      const [start, stop, step] = content as (number | null)[];
      return new RemoteSlice(start ?? null, stop ?? null, step ?? null);
    }
    case 'ellipsis':
      return remoteEllipsis;
    default:
      return content as string;
  }
}

/** A tensor of this process with the same contents, memory order and requiresGrad. */
export function toTensor(remote: RemoteTensor): Tensor {
  const { dtype, shape, strides, data } = remote;
  let tensor = new Tensor(native.fromTypedArray(data, dtypeCodes[dtype], shape, true));
  if (!tensor.stride().every((stride, dim) => stride === strides[dim] || shape[dim] === 1)) {
    tensor = torch.emptyStrided(shape, strides, { dtype }).copy_(tensor);
  }
  return remote.requiresGrad ? tensor.requiresGrad_() : tensor;
}
