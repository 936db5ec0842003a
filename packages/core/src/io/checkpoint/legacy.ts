import { itemSize } from '../../tensor/elements.js';
import { BYTE_ORDER } from '../byteOrder.js';
import { type ByteSource, partOf } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import { PickleReader } from '../pickle/reader.js';
import { unpickle } from '../pickle/unpickler.js';
import { checkpointGlobal, UnsafeGlobalError } from './globals.js';
import type { Contents } from './load.js';
import type { StorageData } from './specs.js';
import { Storages } from './storages.js';

/** What PyTorch's format before 1.6 begins with, as a pickle. */
const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

const plain = {
  global(module: string, name: string): never {
    throw new UnsafeGlobalError(`${module}.${name}`);
  },
  persistent(): never {
    throw new FileFormatError('the head of the file refers to something outside of it');
  },
};

/** Where the bytes of each storage begin. Each is preceded by its length in elements. */
function locate(
  source: ByteSource,
  start: number,
  keys: unknown,
  storages: Storages,
): Map<StorageData, number> {
  if (!Array.isArray(keys)) throw new FileFormatError('the file has no list of its storages');
  const positions = new Map<StorageData, number>();
  let position = start;
  for (const key of keys) {
    const data = storages.get(`${key}`);
    if (data === undefined) throw new FileFormatError(`storage '${key}' belongs to no tensor`);
    const length = new DataView(source.read(position, 8).buffer).getBigInt64(0, true);
    const bytes = Number(length) * itemSize(data.dtype);
    position += 8;
    if (!(bytes >= data.bytes)) {
      throw new FileFormatError(
        `storage '${key}' has ${bytes} bytes, but its tensors need ${data.bytes}`,
      );
    }
    if (position + bytes > source.size) {
      throw new FileFormatError(
        `the file is cut off: storage '${key}' needs ${bytes} bytes from byte ${position}, ` +
          `but the file has ${source.size}`,
      );
    }
    positions.set(data, position);
    position += bytes;
  }
  return positions;
}

/**
 * The format before 1.6: pickles one after the other - magic number, version, the machine, the
 * object, the storages' names - and then the storages.
 */
export function readLegacy(source: ByteSource): Contents {
  const reader = new PickleReader(source);
  if (unpickle(reader, plain) !== MAGIC) {
    throw new FileFormatError('the file does not begin like one of torch.save');
  }
  const version = unpickle(reader, plain);
  if (version !== VERSION) throw new FileFormatError(`the file has the unknown version ${version}`);
  const machine = unpickle(reader, plain);
  const storages = new Storages();
  const value = unpickle(reader, {
    global: checkpointGlobal,
    persistent: (id) => storages.resolve(id),
  });
  const keys = unpickle(reader, plain);
  const positions = locate(source, reader.position, keys, storages);
  return {
    value,
    isSwapped: machine instanceof Map && machine.get('little_endian') !== (BYTE_ORDER === 'little'),
    openStorage(data) {
      const position = positions.get(data);
      if (position === undefined) {
        throw new FileFormatError(`the file has no storage '${data.key}'`);
      }
      return partOf(source, position, data.bytes);
    },
  };
}
