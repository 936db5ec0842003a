import { BYTE_ORDER } from '../byteOrder.js';
import { type ByteSource, partOf } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import { PickleReader } from '../pickle/reader.js';
import { unpickle } from '../pickle/unpickler.js';
import { ZipReader } from '../zip/reader.js';
import { checkpointGlobal } from './globals.js';
import type { Contents } from './load.js';
import { Storages } from './storages.js';

/** The format since 1.6: a zip archive with a pickle, and each storage in a file of its own. */
export function readArchive(source: ByteSource): Contents {
  const zip = new ZipReader(source);
  const pickle = zip.names().find((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickle === undefined) {
    throw new FileFormatError('the zip archive has no data.pkl: it is not one of torch.save');
  }
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (zip.has(`${folder}constants.pkl`)) {
    throw new FileFormatError('the file is a TorchScript module: load it with torch.jit.load');
  }
  const storages = new Storages();
  const value = unpickle(new PickleReader(zip.open(pickle)), {
    global: checkpointGlobal,
    persistent: (id) => storages.resolve(id),
  });
  const order = `${folder}byteorder`;
  return {
    value,
    isSwapped: zip.has(order) && Buffer.from(zip.read(order)).toString() !== BYTE_ORDER,
    openStorage({ key, bytes }) {
      const file = zip.open(`${folder}data/${key}`);
      if (file.size < bytes) {
        throw new FileFormatError(
          `storage '${key}' has ${file.size} bytes, but its tensors need ${bytes}`,
        );
      }
      return partOf(file, 0, bytes);
    },
  };
}
