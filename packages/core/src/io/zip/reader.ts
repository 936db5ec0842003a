import { inflateRawSync } from 'node:zlib';
import { type ByteSource, bytesSource, partOf } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import { measure } from './checkSum.js';
import {
  CENTRAL_HEADER,
  END_RECORD,
  END_RECORD_64,
  LOCAL_HEADER,
  LOCATOR_64,
  Method,
  SATURATED_16,
  SATURATED_32,
  Signature,
  ZIP64_FIELD,
} from './layout.js';

/** Where one file of an archive lies. */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly storedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function safeInteger(view: DataView, offset: number): number {
  const value = view.getBigUint64(offset, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new FileFormatError(`the zip archive speaks of ${value} bytes`);
  }
  return Number(value);
}

interface Directory {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/** The end record stands last, before a comment of up to 65,535 bytes. */
function findEnd(source: ByteSource): { view: DataView; position: number } {
  const length = Math.min(source.size, END_RECORD + SATURATED_16);
  const tail = viewOf(source.read(source.size - length, length));
  for (let at = length - END_RECORD; at >= 0; at--) {
    if (tail.getUint32(at, true) !== Signature.end) continue;
    const position = source.size - length + at;
    return { view: viewOf(source.read(position, END_RECORD)), position };
  }
  throw new FileFormatError('the zip archive has no end: it is cut off, or no zip archive');
}

function readDirectory(source: ByteSource): Directory {
  const { view, position } = findEnd(source);
  const count = view.getUint16(10, true);
  const size = view.getUint32(12, true);
  const offset = view.getUint32(16, true);
  if (count !== SATURATED_16 && size !== SATURATED_32 && offset !== SATURATED_32) {
    return { count, size, offset };
  }
  const locatorAt = position - LOCATOR_64;
  if (locatorAt < 0) return { count, size, offset };
  const locator = viewOf(source.read(locatorAt, LOCATOR_64));
  if (locator.getUint32(0, true) !== Signature.locator64) return { count, size, offset };
  const end = viewOf(source.read(safeInteger(locator, 8), END_RECORD_64));
  if (end.getUint32(0, true) !== Signature.end64) {
    throw new FileFormatError('the zip archive has no ZIP64 end record where it should be');
  }
  return { count: safeInteger(end, 32), size: safeInteger(end, 40), offset: safeInteger(end, 48) };
}

/** The values of an entry's ZIP64 field, which has those that do not fit the header, in order. */
function wideValues(extra: DataView): () => number {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== ZIP64_FIELD) continue;
    const end = Math.min(at + 4 + extra.getUint16(at + 2, true), extra.byteLength);
    let next = at + 4;
    return () => {
      if (next + 8 > end)
        throw new FileFormatError('a ZIP64 field of the zip archive is too short');
      next += 8;
      return safeInteger(extra, next - 8);
    };
  }
  return () => {
    throw new FileFormatError('an entry of the zip archive lacks its ZIP64 field');
  };
}

function readEntries(source: ByteSource, directory: Directory): Map<string, Entry> {
  const bytes = source.read(directory.offset, directory.size);
  const view = viewOf(bytes);
  const entries = new Map<string, Entry>();
  let at = 0;
  for (let i = 0; i < directory.count; i++) {
    if (at + CENTRAL_HEADER > view.byteLength || view.getUint32(at, true) !== Signature.central) {
      throw new FileFormatError(`entry ${i} of the zip archive's directory is damaged`);
    }
    const flags = view.getUint16(at + 8, true);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const commentLength = view.getUint16(at + 32, true);
    const nameAt = at + CENTRAL_HEADER;
    const next = nameAt + nameLength + extraLength + commentLength;
    if (next > view.byteLength) {
      throw new FileFormatError(`entry ${i} of the zip archive's directory is cut off`);
    }
    const name = Buffer.from(bytes.buffer, nameAt, nameLength).toString('utf8');
    if (flags & 1) throw new FileFormatError(`'${name}' in the zip archive is encrypted`);
    const wide = wideValues(viewOf(bytes.subarray(nameAt + nameLength, next - commentLength)));
    const wideIfFull = (value: number) => (value === SATURATED_32 ? wide() : value);
    const size = wideIfFull(view.getUint32(at + 24, true));
    const storedSize = wideIfFull(view.getUint32(at + 20, true));
    const headerOffset = wideIfFull(view.getUint32(at + 42, true));
    entries.set(name, {
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      storedSize,
      size,
      headerOffset,
    });
    at = next;
  }
  return entries;
}

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
    this.#entries = readEntries(source, readDirectory(source));
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

  /** @throws FileFormatError when `parts` are not the bytes that the file had when it was written */
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
