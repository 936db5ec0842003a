import { isDevice } from '../../tensor/dtype.js';
import { itemSize } from '../../tensor/elements.js';
import { FileFormatError } from '../fileFormatError.js';
import { type StorageData, type StorageSpec, StorageType } from './specs.js';

/** The storages that a pickle refers to by its persistent ids. */
export class Storages {
  readonly #byKey = new Map<string, StorageData>();

  get(key: string): StorageData | undefined {
    return this.#byKey.get(key);
  }

  /**
   * The storage of an id, `('storage', class, key, location, length, view)`.
   * @throws FileFormatError for an id of another form
   */
  resolve(id: unknown): StorageSpec {
    const [kind, type, name, place, length, view] = Array.isArray(id) ? id : [];
    if (kind !== 'storage' || !(type instanceof StorageType)) {
      throw new FileFormatError(
        `the pickle refers to ${typeof kind === 'string' ? `a '${kind}'` : 'something'} outside ` +
          'of it, where only storages are known',
      );
    }
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new FileFormatError(`storage '${name}' has the length ${length}`);
    }
    const { dtype } = type;
    const data = this.#data(`${name}`, `${place}`, length * itemSize(dtype), type);
    if (view === undefined || view === null) return { data, dtype, start: 0, length };
    const [, start, part] = view as unknown[];
    const fits = [start, part].every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
    if (!fits || (start as number) + (part as number) > length) {
      throw new FileFormatError(`a view of storage '${name}' reaches outside it`);
    }
    return { data, dtype, start: start as number, length: part as number };
  }

  #data(key: string, location: string, bytes: number, { dtype }: StorageType): StorageData {
    let data = this.#byKey.get(key);
    if (data === undefined) {
      if (!isDevice(location)) {
        throw new FileFormatError(`storage '${key}' is on the unknown device '${location}'`);
      }
      data = { key, location, bytes, dtype };
      this.#byKey.set(key, data);
    }
    data.bytes = Math.max(data.bytes, bytes);
    return data;
  }
}
