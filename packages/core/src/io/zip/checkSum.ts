import * as zlib from 'node:zlib';
import crc32 from 'crc-32';

/** Node.js has its own since 20.15, which is six times as fast. */
const update: (part: Uint8Array, sum: number) => number = zlib.crc32 ?? crc32.buf;

/** The CRC-32 of bytes that come in parts. */
export function checkSum(parts: readonly Uint8Array[]): number {
  // Without bytes, that of Node.js forgets the sum it is given.
  const filled = parts.filter(({ byteLength }) => byteLength > 0);
  return filled.reduce((sum, part) => update(part, sum), 0) >>> 0;
}
