import type { Handle } from '@flambeau/native';
import { Parameter } from '../../nn/parameter.js';
import { aten } from '../../ops/aten.js';
import { functions } from '../../ops/install.js';
import type { Device } from '../../tensor/dtype.js';
import { itemSize } from '../../tensor/elements.js';
import { wrap } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { swapBytes } from '../byteOrder.js';
import type { ByteSource } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import { tensorOver } from '../numpy/array.js';
import { readTensor } from '../tensorBytes.js';
import { MAX_DEPTH } from './depth.js';
import { NumpyArray } from './numpyGlobals.js';
import { type StorageData, type StorageSpec, TensorSpec } from './specs.js';

export interface Surroundings {
  /** The bytes of a storage, as many as are used. */
  openStorage(data: StorageData): ByteSource;
  /** Where the tensors of a storage go. */
  deviceOf(location: string): Device;
  /** Whether the file was written on a machine of the other byte order. */
  readonly isSwapped: boolean;
}

/**
 * Makes tensors of what a checkpoint's pickle describes, and plain objects of its dictionaries
 * whose keys are all texts. What was shared in the file is shared again.
 */
export function materialize(value: unknown, surroundings: Surroundings): unknown {
  return new Materializer(surroundings).value(value, 0);
}

class Materializer {
  readonly #surroundings: Surroundings;
  readonly #made = new Map<object, unknown>();
  readonly #storages = new Map<StorageData, Tensor>();

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  value(value: unknown, depth: number): unknown {
    if (typeof value !== 'object' || value === null) {
      if (typeof value !== 'function') return value;
      throw new FileFormatError('the file has a class where a value is expected');
    }
    if (depth > MAX_DEPTH) throw new FileFormatError(`the file is nested deeper than ${MAX_DEPTH}`);
    if (!this.#made.has(value)) this.#make(value, depth);
    return this.#made.get(value);
  }

  /** Containers are noted before their contents, which may refer to them. */
  #make(value: object, depth: number): void {
    const inner = (part: unknown) => this.value(part, depth + 1);
    const note = <T>(made: T): T => {
      this.#made.set(value, made);
      return made;
    };
    if (value instanceof TensorSpec) note(this.#tensor(value));
    else if (value instanceof NumpyArray) note(this.#array(value));
    else if (value instanceof Uint8Array) note(value);
    else if (Array.isArray(value)) {
      const list = note([] as unknown[]);
      for (const item of value) list.push(inner(item));
    } else if (value instanceof Set) {
      const set = note(new Set());
      for (const item of value) set.add(inner(item));
    } else if (value instanceof Map) this.#dictionary(value, inner, note);
    else if (isComplexValue(value)) note(value);
    else throw new FileFormatError('the file has a class or storage where a value is expected');
  }

  #dictionary(
    dict: ReadonlyMap<unknown, unknown>,
    inner: (part: unknown) => unknown,
    note: <T>(made: T) => T,
  ): void {
    if ([...dict.keys()].every((key) => typeof key === 'string')) {
      const record = note({} as Record<string, unknown>);
      for (const [key, item] of dict) {
        const field = { value: inner(item), writable: true, enumerable: true, configurable: true };
        Object.defineProperty(record, key as string, field);
      }
      return;
    }
    const map = note(new Map());
    for (const [key, item] of dict) map.set(inner(key), inner(item));
  }

  #tensor({ layout, requiresGrad, isParameter, bits }: TensorSpec): Tensor {
    const { storage, dtype, offset, size, stride } = layout;
    const memory = this.#memory(storage, layout);
    const start = (storage.start * itemSize(storage.dtype)) / itemSize(dtype);
    let made = functions.torch.empty([0], { dtype, device: memory.device });
    aten('set_', 'source_Storage_storage_offset')(
      made.handle,
      memory.handle,
      start + offset,
      size,
      stride,
    );
    if (bits.conj) made = made.conj();
    if (bits.neg) made = wrap(aten('_neg_view')(made.handle) as Handle);
    return isParameter ? new Parameter(made, requiresGrad) : made.requiresGrad_(requiresGrad);
  }

  #array({ contents }: NumpyArray): Tensor {
    return tensorOver(contents.data, contents.layout, this.#surroundings.deviceOf('cpu'));
  }

  #memory({ data }: StorageSpec, { dtype }: TensorSpec['layout']): Tensor {
    let memory = this.#storages.get(data);
    if (memory === undefined) {
      const { openStorage, deviceOf, isSwapped } = this.#surroundings;
      const bytes = readTensor(openStorage(data), (chunk) => {
        if (isSwapped) swapBytes(chunk, dtype);
      });
      memory = bytes.to({ device: deviceOf(data.location) });
      this.#storages.set(data, memory);
    }
    return memory;
  }
}

function isComplexValue(value: object): boolean {
  return 're' in value && 'im' in value;
}
