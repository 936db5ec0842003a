import { tidy } from '../../tensor/scope.js';
import { writeFileAtomic } from '../atomicFile.js';
import { BYTE_ORDER } from '../byteOrder.js';
import { PickleWriter } from '../pickle/pickler.js';
import { type ZipFile, zipArchive } from '../zip/writer.js';
import { ValuePickler } from './pickleValue.js';
import { bytesOf, SavedStorages } from './savedStorages.js';

/** PyTorch lets storages begin at multiples of it, so that they can be mapped into memory. */
const ALIGNMENT = 64;
/** The version of the archive that all of PyTorch since 1.6 reads. */
const VERSION = '3\n';

function* filesOf(pickle: Uint8Array, storages: SavedStorages): Generator<ZipFile> {
  yield { name: 'archive/data.pkl', parts: () => [pickle] };
  yield { name: 'archive/byteorder', parts: () => [Buffer.from(BYTE_ORDER)] };
  for (const storage of storages) {
    yield { name: `archive/data/${storage.key}`, parts: () => bytesOf(storage) };
  }
  yield { name: 'archive/version', parts: () => [Buffer.from(VERSION)] };
}

/**
 * Writes a value to a file that Python reads with `torch.load(path, weights_only=True)`, and
 * {@link load} here. The file is replaced at once or not at all, also when the process is killed.
 *
 * Tensors, {@link Parameter}s, null, booleans, numbers, bigints, texts, Uint8Arrays, complex
 * numbers `{ re, im }`, and arrays, Sets, Maps and plain objects of them, at any depth. A number
 * that is whole becomes an `int`, any other a `float`; a plain object a `dict` with texts as keys;
 * a Map a `dict` that keeps its keys, such as the numbers in an optimiser's state. Tensors that
 * share memory share it in the file, which then has all of that memory, however little they show.
 *
 * @throws TypeError for anything else, such as a module or a sparse tensor, naming its place
 */
export function save(value: unknown, path: string): void {
  tidy(() => {
    const writer = new PickleWriter();
    const storages = new SavedStorages();
    new ValuePickler(writer, storages).value(value, 'the value');
    writeFileAtomic(path, zipArchive(filesOf(writer.finish(), storages), { alignment: ALIGNMENT }));
  });
}
