import type { Device } from '../../tensor/dtype.js';
import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import { type ByteSource, readBytes } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import { isZip } from '../zip/reader.js';
import { readArchive } from './archive.js';
import { readLegacy } from './legacy.js';
import { materialize, type Surroundings } from './materialize.js';

export interface LoadCheckpointOptions {
  /**
   * The device that tensors go to, or a function that says so for the one they were saved on.
   * Default 'cpu', wherever they were.
   */
  readonly mapLocation?: Device | ((location: Device) => Device);
}

/** A checkpoint that has been understood, but whose tensors are still to be read. */
export interface Contents extends Omit<Surroundings, 'deviceOf'> {
  readonly value: unknown;
}

function readContents(source: ByteSource): Contents {
  if (isZip(source)) return readArchive(source);
  if (isTar(source)) {
    throw new FileFormatError(
      'the file is a tar archive, as PyTorch wrote them before 0.1.10: save it anew with Python',
    );
  }
  return readLegacy(source);
}

function isTar(source: ByteSource): boolean {
  return source.size >= 512 && Buffer.from(source.read(257, 5)).toString('latin1') === 'ustar';
}

function loadFrom(source: ByteSource, { mapLocation = 'cpu' }: LoadCheckpointOptions): unknown {
  const { value, ...contents } = readContents(source);
  const deviceOf = typeof mapLocation === 'function' ? mapLocation : () => mapLocation;
  return tidy(() =>
    materialize(value, { ...contents, deviceOf: (location) => deviceOf(location as Device) }),
  );
}

/**
 * Reads what `torch.save` has written, in its zip format or the one before it, `.pth`, `.pt`,
 * `.th` or `.tar`, without running anything from the file.
 *
 * A dictionary becomes a plain object where all its keys are texts, else a Map; lists, tuples and
 * sizes arrays; sets Sets; bytes a Uint8Array; integers numbers, or bigints beyond 2^53; complex
 * numbers `{ re, im }`; NumPy's numbers numbers, its arrays tensors; dtypes and devices their
 * names; parameters {@link Parameter}s, other tensors tensors. Tensors that share memory in the
 * file share it here, with their strides.
 *
 * @param from a path, or the bytes of a file
 * @typeParam T what the file is known to hold; it is not checked
 * @throws UnsafeGlobalError when the file asks for any other function or class of Python
 * @throws FileFormatError for a file that is damaged, cut off or of another kind, and for sparse,
 *   quantized and nested tensors
 */
export function load<T = unknown>(
  from: string | Uint8Array,
  options: LoadCheckpointOptions = {},
): T {
  checkOptions('load', options, ['mapLocation']);
  return readBytes(from, (source) => loadFrom(source, options) as T);
}
