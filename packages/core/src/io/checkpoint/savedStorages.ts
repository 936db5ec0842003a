import { native } from '@flambeau/native';
import { aten } from '../../ops/aten.js';
import { functions } from '../../ops/install.js';
import type { DType } from '../../tensor/dtype.js';
import { itemSize } from '../../tensor/elements.js';
import type { Tensor } from '../../tensor/tensor.js';
import { PickleName } from '../pickle/pickler.js';
import { tensorBytes } from '../tensorBytes.js';
import { storageDtypes } from './storageTypes.js';

const typeNames = new Map<DType, PickleName>(
  Object.entries(storageDtypes).map(([kind, dtype]) => [
    dtype,
    new PickleName('torch', `${kind}Storage`),
  ]),
);
const untyped = new PickleName('torch.storage', 'UntypedStorage');

/** A storage as the pickle speaks of it. */
export interface SavedStorage {
  readonly key: string;
  readonly typeName: PickleName;
  /** Of the tensor by which it was met first. */
  readonly dtype: DType;
  readonly location: string;
  /** In elements of its class. */
  readonly length: number;
  /** A tensor that lies on it. */
  readonly owner: Tensor;
}

/** How a tensor lies on its storage. */
interface Described {
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** The storages of the tensors that are saved, each once. */
export class SavedStorages {
  readonly #byMemory = new Map<string, SavedStorage>();

  note(given: Tensor): { storage: SavedStorage; described: Described } {
    // Conjugated and negated ones are bits on another one's memory: they get their own.
    const tensor = given.resolveConj().resolveNeg();
    const { handle, dtype, device } = tensor;
    const offset = native.storageOffset(handle);
    const bytes = native.storageBytes(handle);
    const start = native.dataPtr(handle) - BigInt(offset * itemSize(dtype));
    const memory = bytes === 0 ? `empty ${this.#byMemory.size}` : `${device} ${start} ${bytes}`;
    let storage = this.#byMemory.get(memory);
    if (storage === undefined) {
      const typeName = typeNames.get(dtype) ?? untyped;
      const length = typeName === untyped ? bytes : Math.floor(bytes / itemSize(dtype));
      const key = `${this.#byMemory.size}`;
      storage = { key, typeName, dtype, location: device, length, owner: tensor };
      this.#byMemory.set(memory, storage);
    }
    return { storage, described: { offset, size: tensor.shape, stride: tensor.stride() } };
  }

  *[Symbol.iterator](): Generator<SavedStorage> {
    yield* this.#byMemory.values();
  }
}

/** All bytes of a storage, also those that no tensor shows. */
export function* bytesOf({ owner }: SavedStorage): Generator<Uint8Array> {
  const { handle, device } = owner;
  const all = functions.torch.empty([0], { dtype: 'uint8', device });
  try {
    const set = aten('set_', 'source_Storage_storage_offset');
    set(all.handle, handle, 0, [native.storageBytes(handle)], [1]);
    yield* tensorBytes(all);
  } finally {
    all.dispose();
  }
}
