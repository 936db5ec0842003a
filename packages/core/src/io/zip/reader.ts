import { inflateRawSync } from 'node:zlib';
import { type ByteSource, bytesSource, partOf } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import { measure } from './checkSum.js';
import { type Entry, readEntries, viewOf } from './directory.js';
import { LOCAL_HEADER, Method, Signature } from './layout.js';

/** Does the source begin like a zip archive? */
export function isZip(source: ByteSource): boolean {
  return source.size >= 4 && viewOf(source.read(0, 4)).getUint32(0, true) === Signature.local;
}

/**
 * A zip archive, whose files are read one by one: stored or deflated, ZIP64 or not. Checksums are
 * verified only when asked for, since PyTorch can be told to write none that hold.
 */
export class ZipReader {
  readonly #source: ByteSource;
  readonly #entries: ReadonlyMap<string, Entry>;

  /** @throws FileFormatError for what is no zip archive, or a damaged one */
  constructor(source: ByteSource) {
    this.#source = source;
    this.#entries = readEntries(source);
  }

  names(): string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * The bytes of one file; those of a stored one are read when they are asked for.
   * @throws FileFormatError when there is none, or it is compressed in another way than by deflate
   */
  open(name: string): ByteSource {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new FileFormatError(`the zip archive has no '${name}'`);
    const header = viewOf(this.#source.read(entry.headerOffset, LOCAL_HEADER));
    if (header.getUint32(0, true) !== Signature.local) {
      throw new FileFormatError(`'${name}' is not where the zip archive's directory says`);
    }
    const start =
      entry.headerOffset + LOCAL_HEADER + header.getUint16(26, true) + header.getUint16(28, true);
    const stored = partOf(this.#source, start, entry.storedSize);
    if (entry.method === Method.deflated) return bytesSource(inflate(entry, stored));
    if (entry.method !== Method.stored) {
      throw new FileFormatError(`'${name}' is compressed by the unknown method ${entry.method}`);
    }
    if (entry.size !== entry.storedSize) {
      throw new FileFormatError(
        `'${name}' is stored in ${entry.storedSize} bytes, but should have ${entry.size}`,
      );
    }
    return stored;
  }

  /** @throws FileFormatError when `parts` are not the bytes that the file was written with */
  checkSum(name: string, parts: readonly Uint8Array[]): void {
    if (this.#entries.get(name)?.crc !== measure(parts).crc) {
      throw new FileFormatError(`'${name}' in the zip archive is damaged: its checksum differs`);
    }
  }

  /** All bytes of one file. */
  read(name: string): Uint8Array<ArrayBuffer> {
    const file = this.open(name);
    return file.read(0, file.size);
  }
}

function inflate(entry: Entry, stored: ByteSource): Uint8Array {
  const { name, size } = entry;
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(stored.read(0, stored.size), { maxOutputLength: Math.max(size, 1) });
  } catch (error) {
    throw new FileFormatError(`'${name}' cannot be decompressed: ${(error as Error).message}`);
  }
  if (bytes.byteLength !== size) {
    throw new FileFormatError(
      `'${name}' has ${bytes.byteLength} bytes decompressed, but should have ${size}`,
    );
  }
  return bytes;
}
