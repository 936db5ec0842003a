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

/** A file of an archive. Its bytes are asked for twice: for the checksum, and to be written. */
export interface ZipFile {
  readonly name: string;
  parts(): Iterable<Uint8Array>;
}

export interface ZipOptions {
  /** The data of every file begins at a multiple of it. Default 1. */
  readonly alignment?: number;
  /** Makes the stored form of a file, by deflate. Default: it is stored as it is. */
  readonly deflate?: (bytes: Uint8Array) => Uint8Array;
}

/** ZIP64 came with version 4.5 of the format. */
const VERSION = 45;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** Midnight, 1980-01-01: the format's first moment, so that equal contents give equal bytes. */
const DATE = 0x0021;
const ZIP64_LOCAL = 20;
const ZIP64_CENTRAL = 28;
/** What PyTorch marks its padding with, 'FB'. */
const PADDING_FIELD = 0x4246;
const FIELD_HEAD = 4;

interface Written {
  readonly name: Buffer;
  readonly method: number;
  readonly crc: number;
  readonly storedSize: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The bytes of a zip archive. Sizes and offsets are always written as ZIP64, so that there is one
 * form for small and large archives.
 */
export function* zipArchive(
  files: Iterable<ZipFile>,
  options: ZipOptions = {},
): Generator<Uint8Array> {
  const { alignment = 1, deflate } = options;
  const entries: Written[] = [];
  let position = 0;
  for (const file of files) {
    const { crc, size } = measure(file.parts());
    const deflated = deflate?.(Buffer.concat([...file.parts()]));
    const entry: Written = {
      name: Buffer.from(file.name),
      method: deflated === undefined ? Method.stored : Method.deflated,
      crc,
      storedSize: deflated?.byteLength ?? size,
      size,
      offset: position,
    };
    entries.push(entry);
    const header = localHeader(entry, alignment);
    yield header;
    if (deflated === undefined) yield* file.parts();
    else yield deflated;
    position += header.byteLength + entry.storedSize;
  }
  const directory = Buffer.concat(entries.map(centralHeader));
  yield directory;
  yield endRecords(entries.length, directory.byteLength, position);
}

/** What local and central headers share, from the version that is needed on. */
function writeCommon(header: Buffer, at: number, entry: Written, extraBytes: number): void {
  header.writeUInt16LE(VERSION, at);
  header.writeUInt16LE(FLAGS, at + 2);
  header.writeUInt16LE(entry.method, at + 4);
  header.writeUInt16LE(DATE, at + 8);
  header.writeUInt32LE(entry.crc, at + 10);
  header.writeUInt32LE(SATURATED_32, at + 14);
  header.writeUInt32LE(SATURATED_32, at + 18);
  header.writeUInt16LE(entry.name.byteLength, at + 22);
  header.writeUInt16LE(extraBytes, at + 24);
}

/** The ZIP64 field: the sizes, and in the directory the offset too. */
function writeZip64(header: Buffer, at: number, values: readonly number[]): void {
  header.writeUInt16LE(ZIP64_FIELD, at);
  header.writeUInt16LE(8 * values.length, at + 2);
  for (const [i, value] of values.entries()) {
    header.writeBigUInt64LE(BigInt(value), at + FIELD_HEAD + 8 * i);
  }
}

function localHeader(entry: Written, alignment: number): Uint8Array {
  const plain = LOCAL_HEADER + entry.name.byteLength + ZIP64_LOCAL;
  let padding = -(entry.offset + plain) % alignment;
  if (padding !== 0) {
    padding += alignment;
    if (padding < FIELD_HEAD) padding += alignment;
  }
  const header = Buffer.alloc(plain + padding);
  header.writeUInt32LE(Signature.local, 0);
  writeCommon(header, 4, entry, ZIP64_LOCAL + padding);
  entry.name.copy(header, LOCAL_HEADER);
  writeZip64(header, plain - ZIP64_LOCAL, [entry.size, entry.storedSize]);
  if (padding > 0) {
    header.writeUInt16LE(PADDING_FIELD, plain);
    header.writeUInt16LE(padding - FIELD_HEAD, plain + 2);
  }
  return header;
}

function centralHeader(entry: Written): Uint8Array {
  const nameEnd = CENTRAL_HEADER + entry.name.byteLength;
  const header = Buffer.alloc(nameEnd + ZIP64_CENTRAL);
  header.writeUInt32LE(Signature.central, 0);
  header.writeUInt16LE(VERSION, 4);
  writeCommon(header, 6, entry, ZIP64_CENTRAL);
  header.writeUInt32LE(SATURATED_32, 42);
  entry.name.copy(header, CENTRAL_HEADER);
  writeZip64(header, nameEnd, [entry.size, entry.storedSize, entry.offset]);
  return header;
}

function endRecords(count: number, directoryBytes: number, directoryAt: number): Uint8Array {
  const records = Buffer.alloc(END_RECORD_64 + LOCATOR_64 + END_RECORD);
  records.writeUInt32LE(Signature.end64, 0);
  records.writeBigUInt64LE(BigInt(END_RECORD_64 - 12), 4);
  records.writeUInt16LE(VERSION, 12);
  records.writeUInt16LE(VERSION, 14);
  records.writeBigUInt64LE(BigInt(count), 24);
  records.writeBigUInt64LE(BigInt(count), 32);
  records.writeBigUInt64LE(BigInt(directoryBytes), 40);
  records.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = END_RECORD_64;
  records.writeUInt32LE(Signature.locator64, locator);
  records.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), locator + 8);
  records.writeUInt32LE(1, locator + 16);
  const end = locator + LOCATOR_64;
  records.writeUInt32LE(Signature.end, end);
  records.writeUInt16LE(SATURATED_16, end + 8);
  records.writeUInt16LE(SATURATED_16, end + 10);
  records.writeUInt32LE(SATURATED_32, end + 12);
  records.writeUInt32LE(SATURATED_32, end + 16);
  return records;
}
