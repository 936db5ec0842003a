import crc32c from 'crc-32/crc32c.js';

/**
 * A record as TensorFlow frames them: length in 8 bytes, its checksum, the data, its checksum, all
 * little-endian.
 */
export function record(data: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(data.length + 16);
  frame.writeBigUInt64LE(BigInt(data.length));
  frame.writeUInt32LE(maskedCrc(frame.subarray(0, 8)), 8);
  frame.set(data, 12);
  frame.writeUInt32LE(maskedCrc(data), data.length + 12);
  return frame;
}

/**
 * CRC-32C, rotated and shifted: a checksum of data that holds checksums itself must be another
 * than theirs.
 */
function maskedCrc(data: Uint8Array): number {
  const crc = crc32c.buf(data) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
