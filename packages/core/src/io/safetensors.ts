import type { StateDict } from '../nn/stateDict.js';
import type { Device } from '../tensor/dtype.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { writeFileAtomic } from './atomicFile.js';
import { type ByteSource, bytesSource, namingFile, openFile, partOf } from './byteSource.js';
import {
  decodeHeader,
  decodeHeaderLength,
  encodeHeader,
  LENGTH_BYTES,
  SafetensorsError,
  type SafetensorsHeader,
} from './safetensorsHeader.js';
import { readTensor, tensorBytes } from './tensorBytes.js';

/*
 * The safetensors format, as https://github.com/huggingface/safetensors defines it: the length of
 * a JSON header, the header, and the tensors' bytes in row-major order.
 */

export interface LoadOptions {
  /** Where the tensors go. Default 'cpu'. */
  device?: Device;
}

type Metadata = Readonly<Record<string, string>>;

/** The header and then the data of each tensor, made when it is asked for. */
function* chunksOf(
  tensors: Readonly<StateDict>,
  metadata: Metadata | undefined,
): Generator<Uint8Array> {
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) {
    if (!(tensor instanceof Tensor)) {
      throw new SafetensorsError(`'${name}' must be a Tensor, got ${typeof tensor}`);
    }
    if (tensor.layout !== 'strided') {
      throw new SafetensorsError(`tensor '${name}' must be dense, got a ${tensor.layout} one`);
    }
  }
  const { bytes, order } = encodeHeader(
    entries.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    metadata,
  );
  yield bytes;
  for (const index of order) {
    const [, tensor] = entries[index] as [string, Tensor];
    yield* tensorBytes(tensor);
  }
}

/**
 * Tensors as the bytes of a safetensors file. Views are written as the tensors they show, so that
 * memory that several share is written for each.
 * @param metadata texts to keep beside the tensors
 * @throws SafetensorsError for a tensor that the format cannot hold
 */
export function save(tensors: Readonly<StateDict>, metadata?: Metadata): Uint8Array {
  return Buffer.concat([...chunksOf(tensors, metadata)]);
}

/** As {@link save}, to a file that is replaced at once or not at all. */
export function saveFile(tensors: Readonly<StateDict>, path: string, metadata?: Metadata): void {
  writeFileAtomic(path, chunksOf(tensors, metadata));
}

/** A safetensors file whose header has been read, and whose tensors are read one by one. */
export class SafetensorsFile implements Disposable {
  readonly #header: SafetensorsHeader;
  readonly #dataStart: number;
  readonly #source: ByteSource;
  readonly #close: () => void;

  /** @internal Use {@link safeOpen} or {@link load}. */
  constructor(source: ByteSource, close: () => void) {
    const { size } = source;
    const length = decodeHeaderLength(source.read(0, Math.min(LENGTH_BYTES, size)), size);
    this.#dataStart = LENGTH_BYTES + length;
    this.#header = decodeHeader(source.read(LENGTH_BYTES, length), size - this.#dataStart);
    this.#source = source;
    this.#close = close;
  }

  /** The texts beside the tensors. */
  get metadata(): Metadata {
    return this.#header.metadata;
  }

  /** The tensors' names, in the order of the header. */
  keys(): string[] {
    return [...this.#header.tensors.keys()];
  }

  /** @throws SafetensorsError when there is no tensor of that name */
  getTensor(name: string, options: LoadOptions = {}): Tensor {
    const entry = this.#header.tensors.get(name);
    if (entry === undefined) {
      throw new SafetensorsError(
        `there is no tensor '${name}'; there are ${this.keys().join(', ')}`,
      );
    }
    const { dtype, shape, begin, end } = entry;
    const bytes = partOf(this.#source, this.#dataStart + begin, end - begin);
    return tidy(() => readTensor(bytes).to({ device: options.device }).view(dtype).view(shape));
  }

  /** All tensors by name. */
  getTensors(options: LoadOptions = {}): StateDict {
    return tidy(() =>
      Object.fromEntries(this.keys().map((name) => [name, this.getTensor(name, options)])),
    );
  }

  close(): void {
    this.#close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Opens a file to read some of its tensors.
 * @throws SafetensorsError for a file that is not well-formed
 */
export function safeOpen(path: string): SafetensorsFile {
  const file = openFile(path);
  const close = () => file[Symbol.dispose]();
  try {
    return namingFile(path, () => new SafetensorsFile(file.source, close));
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * The tensors in the bytes of a safetensors file, each with memory of its own.
 * @throws SafetensorsError for bytes that are not well-formed
 */
export function load(bytes: Uint8Array, options: LoadOptions = {}): StateDict {
  return new SafetensorsFile(bytesSource(bytes), () => {}).getTensors(options);
}

/** As {@link load}, from a file. */
export function loadFile(path: string, options: LoadOptions = {}): StateDict {
  using file = safeOpen(path);
  return file.getTensors(options);
}
