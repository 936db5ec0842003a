import crc32 from 'crc-32';

/** The CRC-32 of bytes that come in parts. */
export function checkSum(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => crc32.buf(part, sum), 0) >>> 0;
}
