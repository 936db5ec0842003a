import * as zlib from 'node:zlib';
import crc32 from 'crc-32';

/** Node.js has its own since 20.15, which is six times as fast. */
const update: (part: Uint8Array, sum: number) => number = zlib.crc32 ?? crc32.buf;

/** The CRC-32 and number of bytes that come in parts. */
export function measure(parts: Iterable<Uint8Array>): { crc: number; size: number } {
  let crc = 0;
  let size = 0;
  for (const part of parts) {
    // Without bytes, that of Node.js forgets the sum it is given.
    if (part.byteLength > 0) crc = update(part, crc);
    size += part.byteLength;
  }
  return { crc: crc >>> 0, size };
}
