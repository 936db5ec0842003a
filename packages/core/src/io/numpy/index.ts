import { deflateRawSync } from 'node:zlib';
import type { StateDict } from '../../nn/stateDict.js';
import type { Device } from '../../tensor/dtype.js';
import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { writeFileAtomic } from '../atomicFile.js';
import { type ByteSource, readBytes } from '../byteSource.js';
import { ZipReader } from '../zip/reader.js';
import { type ZipFile, zipArchive } from '../zip/writer.js';
import { arrayParts, readArray, tensorOver } from './array.js';

export interface NumpyLoadOptions {
  /** Where the tensors go. Default 'cpu'. */
  readonly device?: Device;
}

export interface NpzOptions {
  /** Compresses the arrays, as `numpy.savez_compressed`. Default false. */
  readonly compressed?: boolean;
}

/** What NumPy appends to the names of arrays. */
const EXTENSION = '.npy';

/**
 * Reads an array of NumPy, in C's or Fortran's order and either byte order; the tensor keeps the
 * order in memory.
 * @param from a path, or the bytes of a file
 * @throws FileFormatError for a file that is damaged, and for elements that no tensor can hold,
 *   such as texts, dates, records and Python objects
 */
export function loadNpy(from: string | Uint8Array, options: NumpyLoadOptions = {}): Tensor {
  checkOptions('loadNpy', options, ['device']);
  return readBytes(from, (source) => {
    const { data, layout } = readArray(source);
    return tensorOver(data, layout, options.device);
  });
}

/**
 * Writes a tensor so that `numpy.load` reads it. The file is replaced at once or not at all.
 * @throws TypeError for a sparse tensor, and for bfloat16 and other dtypes that NumPy lacks
 */
export function saveNpy(tensor: Tensor, path: string): void {
  writeFileAtomic(path, arrayParts(tensor));
}

function readNpz(source: ByteSource, device: Device | undefined): StateDict {
  const zip = new ZipReader(source);
  const arrays = zip.names().map((name) => {
    const { head, data, layout } = readArray(zip.open(name));
    zip.checkSum(name, [head, data]);
    const key = name.endsWith(EXTENSION) ? name.slice(0, -EXTENSION.length) : name;
    return [key, tensorOver(data, layout, device)] as const;
  });
  return Object.fromEntries(arrays);
}

/**
 * Reads the arrays of `numpy.savez`, compressed or not, by name.
 * @throws FileFormatError as {@link loadNpy}, and for an archive that is damaged
 */
export function loadNpz(from: string | Uint8Array, options: NumpyLoadOptions = {}): StateDict {
  checkOptions('loadNpz', options, ['device']);
  return readBytes(from, (source) => tidy(() => readNpz(source, options.device)));
}

function* npzFiles(tensors: Readonly<StateDict>): Generator<ZipFile> {
  for (const [name, tensor] of Object.entries(tensors)) {
    yield { name: name + EXTENSION, parts: () => arrayParts(tensor) };
  }
}

/** Writes tensors by name so that `numpy.load` reads them, otherwise as {@link saveNpy}. */
export function saveNpz(
  tensors: Readonly<StateDict>,
  path: string,
  options: NpzOptions = {},
): void {
  checkOptions('saveNpz', options, ['compressed']);
  const deflate = options.compressed ? deflateRawSync : undefined;
  writeFileAtomic(path, zipArchive(npzFiles(tensors), { deflate }));
}
