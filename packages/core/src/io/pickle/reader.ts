import type { ByteSource } from '../byteSource.js';
import { FileFormatError } from '../fileFormatError.js';

const WINDOW = 64 * 1024;
/** Longest line of a text opcode; they hold names and numbers. */
const LONGEST_LINE = 4096;

/** Reads a source from front to back, in small pieces. */
export class PickleReader {
  readonly #source: ByteSource;
  #window = new Uint8Array(0);
  #view = new DataView(new ArrayBuffer(0));
  /** Where the window begins in the source. */
  #start = 0;
  #at = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Number of bytes that were read so far. */
  get position(): number {
    return this.#start + this.#at;
  }

  /** Moves past `count` bytes and gives where they begin in the window. */
  #take(count: number): number {
    if (this.#at + count > this.#window.byteLength) this.#fill(count);
    this.#at += count;
    return this.#at - count;
  }

  #fill(count: number): void {
    const { position } = this;
    const left = this.#source.size - position;
    if (count > left) {
      throw new FileFormatError(`the pickle is cut off: ${count} bytes wanted, ${left} left`);
    }
    this.#window = this.#source.read(position, Math.min(left, Math.max(count, WINDOW)));
    this.#view = new DataView(this.#window.buffer);
    this.#start = position;
    this.#at = 0;
  }

  uint8(): number {
    const at = this.#take(1);
    return this.#view.getUint8(at);
  }

  uint16(): number {
    const at = this.#take(2);
    return this.#view.getUint16(at, true);
  }

  int32(): number {
    const at = this.#take(4);
    return this.#view.getInt32(at, true);
  }

  uint32(): number {
    const at = this.#take(4);
    return this.#view.getUint32(at, true);
  }

  /** A length of 64 bits. */
  uint64(): number {
    const at = this.#take(8);
    const value = this.#view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new FileFormatError(`the pickle speaks of ${value} bytes`);
    }
    return Number(value);
  }

  /** Big-endian, as pickles have them. */
  float64(): number {
    const at = this.#take(8);
    return this.#view.getFloat64(at, false);
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(length);
    return this.#window.slice(at, at + length);
  }

  text(length: number): string {
    return Buffer.from(this.bytes(length).buffer).toString('utf8');
  }

  /** Up to the next line feed, without it. */
  line(): string {
    const bytes: number[] = [];
    for (let byte = this.uint8(); byte !== 0x0a; byte = this.uint8()) {
      if (bytes.length === LONGEST_LINE)
        throw new FileFormatError('a line of the pickle is endless');
      bytes.push(byte);
    }
    return Buffer.from(bytes).toString('utf8');
  }
}
