import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { FileFormatError } from './fileFormatError.js';

/** Bytes that are read in pieces, so that a large file is never in memory as a whole. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /**
   * `length` bytes from `position`, in memory of their own.
   * @throws FileFormatError when there are not as many
   */
  read(position: number, length: number): Uint8Array<ArrayBuffer>;
}

/** Most bytes that one read may take on every platform. */
const LARGEST_READ = 2 ** 30;

function checkRange(size: number, position: number, length: number): void {
  if (position < 0 || length < 0 || position + length > size) {
    throw new FileFormatError(
      `${length} bytes are needed from byte ${position}, but there are ${size} in all`,
    );
  }
}

function fileSource(file: number): ByteSource {
  const { size } = fstatSync(file);
  return {
    size,
    read(position, length) {
      checkRange(size, position, length);
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const wanted = Math.min(length - done, LARGEST_READ);
        const count = readSync(file, bytes, done, wanted, position + done);
        if (count === 0) {
          throw new FileFormatError(
            `the file ends at byte ${position + done}, while it is being read`,
          );
        }
        done += count;
      }
      return bytes;
    },
  };
}

/** Bytes that are in memory already. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.byteLength,
    read(position, length) {
      checkRange(bytes.byteLength, position, length);
      return new Uint8Array(bytes.subarray(position, position + length));
    },
  };
}

/** A part of a source as one of its own. */
export function partOf(source: ByteSource, start: number, size: number): ByteSource {
  checkRange(source.size, start, size);
  return {
    size,
    read(position, length) {
      checkRange(size, position, length);
      return source.read(start + position, length);
    },
  };
}

/** A file that is open until it is disposed of. */
export interface OpenFile extends Disposable {
  readonly source: ByteSource;
}

export function openFile(path: string): OpenFile {
  const file = openSync(path, 'r');
  return { source: fileSource(file), [Symbol.dispose]: () => closeSync(file) };
}

/**
 * What `read` makes of bytes, or of a file's.
 * @throws FileFormatError what `read` throws, with the file's name before its message
 */
export function readBytes<T>(from: string | Uint8Array, read: (source: ByteSource) => T): T {
  if (typeof from !== 'string') return read(bytesSource(from));
  using file = openFile(from);
  return namingFile(from, () => read(file.source));
}

/** Puts the file's name before the message of a {@link FileFormatError}. */
export function namingFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FileFormatError) error.message = `${path}: ${error.message}`;
    throw error;
  }
}
