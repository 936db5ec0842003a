import type { DType } from '../tensor/dtype.js';
import { FileFormatError } from './fileFormatError.js';

/** A file that is not well-formed safetensors, or a tensor that the format cannot hold. */
export class SafetensorsError extends FileFormatError {
  override name = 'SafetensorsError';
}

/** One tensor of a file: bytes `begin` to `end` of the data that follows the header. */
export interface TensorEntry {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

interface DTypeRow {
  readonly name: string;
  readonly dtype: DType;
  readonly bytes: number;
}

const row = (name: string, dtype: DType, bytes: number): DTypeRow => ({ name, dtype, bytes });

/** In the order in which tensors are laid out, so that every one starts at a multiple of its size. */
const dtypeRows: readonly DTypeRow[] = [
  row('U64', 'uint64', 8),
  row('I64', 'int64', 8),
  row('F64', 'float64', 8),
  row('C64', 'complex64', 8),
  row('F32', 'float32', 4),
  row('U32', 'uint32', 4),
  row('I32', 'int32', 4),
  row('BF16', 'bfloat16', 2),
  row('F16', 'float16', 2),
  row('U16', 'uint16', 2),
  row('I16', 'int16', 2),
  row('F8_E5M2FNUZ', 'float8_e5m2fnuz', 1),
  row('F8_E4M3FNUZ', 'float8_e4m3fnuz', 1),
  row('F8_E8M0', 'float8_e8m0fnu', 1),
  row('F8_E4M3', 'float8_e4m3fn', 1),
  row('F8_E5M2', 'float8_e5m2', 1),
  row('I8', 'int8', 1),
  row('U8', 'uint8', 1),
  row('BOOL', 'bool', 1),
];

const rowByName = new Map(dtypeRows.map((entry) => [entry.name, entry]));
const rankByDtype = new Map(dtypeRows.map((entry, rank) => [entry.dtype, { ...entry, rank }]));

/** The length of the header comes first, as a little-endian 64-bit integer. */
export const LENGTH_BYTES = 8;
/** Longer headers are refused, as by the reference implementation: they can only be an attack. */
const LARGEST_HEADER = 100_000_000;
const METADATA_KEY = '__metadata__';

export interface TensorDescription {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/**
 * Lays tensors out and encodes the header for them.
 * @returns the length and header bytes, and the indices of `tensors` in the order of their data
 * @throws SafetensorsError for a dtype that the format has no name for, a metadata value that is
 *   not a string, or the reserved name `__metadata__`
 */
export function encodeHeader(
  tensors: readonly TensorDescription[],
  metadata: Readonly<Record<string, string>> | undefined,
): { readonly bytes: Uint8Array; readonly order: readonly number[] } {
  const rows = tensors.map(({ name, dtype }) => {
    if (name === METADATA_KEY) {
      throw new SafetensorsError(`a tensor cannot be named '${METADATA_KEY}'`);
    }
    const found = rankByDtype.get(dtype);
    if (found === undefined) {
      const known = dtypeRows.map((entry) => entry.dtype).join(', ');
      throw new SafetensorsError(
        `tensor '${name}' is ${dtype}, which safetensors cannot hold; it holds ${known}`,
      );
    }
    return found;
  });
  const at = <T>(list: readonly T[], index: number): T => list[index] as T;
  const order = [...tensors.keys()].sort((a, b) => {
    const byDtype = at(rows, a).rank - at(rows, b).rank;
    return byDtype !== 0 ? byDtype : at(tensors, a).name < at(tensors, b).name ? -1 : 1;
  });

  const fields: [string, unknown][] = [];
  if (metadata !== undefined) {
    for (const [key, value] of Object.entries(metadata)) {
      if (typeof value !== 'string') {
        throw new SafetensorsError(`metadata '${key}' must be a string, got ${typeof value}`);
      }
    }
    fields.push([METADATA_KEY, metadata]);
  }
  let offset = 0;
  for (const index of order) {
    const { name, shape } = at(tensors, index);
    const { name: dtype, bytes } = at(rows, index);
    const end = offset + shape.reduce((count, size) => count * size, bytes);
    fields.push([name, { dtype, shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const text = `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const json = Buffer.from(text, 'utf8');
  const padded = Math.ceil(json.byteLength / LENGTH_BYTES) * LENGTH_BYTES;
  const bytes = Buffer.alloc(LENGTH_BYTES + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(bytes, LENGTH_BYTES);
  return { bytes, order };
}

/**
 * The length of the header that follows.
 * @throws SafetensorsError when `available`, the size of the whole file, cannot hold it
 */
export function decodeHeaderLength(first: Uint8Array, available: number): number {
  if (first.byteLength < LENGTH_BYTES) {
    throw new SafetensorsError(
      `the file must start with ${LENGTH_BYTES} bytes of header length, got ${first.byteLength}`,
    );
  }
  const length = new DataView(first.buffer, first.byteOffset).getBigUint64(0, true);
  if (length > BigInt(LARGEST_HEADER)) {
    throw new SafetensorsError(
      `the header may take ${LARGEST_HEADER} bytes at most, got ${length}`,
    );
  }
  if (LENGTH_BYTES + Number(length) > available) {
    throw new SafetensorsError(
      `the header takes ${length} bytes, but only ${available - LENGTH_BYTES} follow`,
    );
  }
  return Number(length);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function decodeMetadata(value: unknown): Record<string, string> {
  if (!isRecord(value))
    throw new SafetensorsError(`'${METADATA_KEY}' must be an object of strings`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw new SafetensorsError(`metadata '${key}' must be a string, got ${typeof text}`);
    }
  }
  return value as Record<string, string>;
}

function decodeEntry(name: string, value: unknown): TensorEntry {
  if (!isRecord(value))
    throw new SafetensorsError(`tensor '${name}' must be described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const found = typeof dtype === 'string' ? rowByName.get(dtype) : undefined;
  if (found === undefined) {
    throw new SafetensorsError(
      `tensor '${name}' has the dtype ${JSON.stringify(dtype)}; known are ${[...rowByName.keys()].join(', ')}`,
    );
  }
  if (!isSizes(shape)) {
    throw new SafetensorsError(
      `tensor '${name}' must have a shape of whole numbers, got ${JSON.stringify(shape)}`,
    );
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    throw new SafetensorsError(
      `tensor '${name}' must have two data offsets, got ${JSON.stringify(offsets)}`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const expected = shape.reduce((count, size) => count * size, found.bytes);
  if (end - begin !== expected) {
    throw new SafetensorsError(
      `tensor '${name}' is ${found.dtype}[${shape.join(', ')}], which takes ${expected} bytes, ` +
        `but its offsets ${begin} to ${end} span ${end - begin}`,
    );
  }
  return { dtype: found.dtype, shape, begin, end };
}

/** Every byte of the data must belong to exactly one tensor. */
function checkLayout(tensors: ReadonlyMap<string, TensorEntry>, dataBytes: number): void {
  const byOffset = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let end = 0;
  for (const [name, entry] of byOffset) {
    if (entry.begin !== end) {
      const problem =
        entry.begin < end ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw new SafetensorsError(
        `tensor '${name}' ${problem}: it begins at byte ${entry.begin}, expected ${end}`,
      );
    }
    end = entry.end;
  }
  if (end !== dataBytes) {
    throw new SafetensorsError(
      `the header describes ${end} bytes of data, but the file has ${dataBytes}`,
    );
  }
}

/**
 * Reads and checks a header.
 * @param json the header's bytes, without its length
 * @param dataBytes how many bytes follow the header
 * @throws SafetensorsError for text that is not JSON, unknown dtypes, wrong lengths, and tensors
 *   that overlap, leave holes or reach past the end
 */
export function decodeHeader(json: Uint8Array, dataBytes: number): SafetensorsHeader {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw new SafetensorsError(`the header is not valid JSON: ${(error as Error).message}`);
  }
  if (!isRecord(parsed)) throw new SafetensorsError('the header must be a JSON object');
  let metadata: Record<string, string> = {};
  const tensors = new Map<string, TensorEntry>();
  for (const [key, value] of Object.entries(parsed)) {
    if (key === METADATA_KEY) metadata = decodeMetadata(value);
    else tensors.set(key, decodeEntry(key, value));
  }
  checkLayout(tensors, dataBytes);
  return { metadata, tensors };
}
