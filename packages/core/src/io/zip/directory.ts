import type { ByteSource } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';
import {
  CENTRAL_HEADER,
  END_RECORD,
  END_RECORD_64,
  LOCATOR_64,
  SATURATED_16,
  SATURATED_32,
  Signature,
  ZIP64_FIELD,
} from './layout.js';

/** Where one file of an archive lies. */
export interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly storedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

export function viewOf(bytes: Uint8Array): DataView {
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

/**
 * The files of an archive by name, from the directory at its end.
 * @throws FileFormatError for what is no zip archive, or a damaged one
 */
export function readEntries(source: ByteSource): Map<string, Entry> {
  const directory = readDirectory(source);
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
