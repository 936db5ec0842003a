import { encodeLong } from './integers.js';
import { Op } from './opcodes.js';

/** A function or class of Python. Made once for each, it is written once, too. */
export class PickleName {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}
}

/** Bits of the longest integer that PyTorch reads. */
export const LONGEST_INTEGER = 8 * 255;

/** The instructions of one pickle of protocol 2, which PyTorch writes and reads. */
export class PickleWriter {
  #bytes = Buffer.alloc(4096);
  #length = 0;
  readonly #memo = new Map<unknown, number>();

  constructor() {
    this.#op(Op.PROTO, 2);
  }

  #op(...bytes: readonly number[]): void {
    this.#put(Uint8Array.from(bytes));
  }

  #put(bytes: Uint8Array): void {
    const length = this.#length + bytes.byteLength;
    if (length > this.#bytes.byteLength) {
      this.#bytes = Buffer.concat([this.#bytes], 2 * length);
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = length;
  }

  #uint32(op: number, value: number): void {
    this.#op(op, value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
  }

  /** Pushes what was remembered under `key`. False when nothing was. */
  recall(key: unknown): boolean {
    const index = this.#memo.get(key);
    if (index !== undefined) this.#uint32(Op.LONG_BINGET, index);
    return index !== undefined;
  }

  /** Lets {@link recall} find what was pushed last. */
  remember(key: unknown): void {
    this.#uint32(Op.LONG_BINPUT, this.#memo.size);
    this.#memo.set(key, this.#memo.size);
  }

  none(): void {
    this.#op(Op.NONE);
  }

  boolean(value: boolean): void {
    this.#op(value ? Op.NEWTRUE : Op.NEWFALSE);
  }

  /** @param value one that fits into {@link LONGEST_INTEGER} bits */
  integer(value: number | bigint): void {
    if (value >= -(2 ** 31) && value < 2 ** 31) {
      this.#uint32(Op.BININT, Number(value));
      return;
    }
    const bytes = encodeLong(BigInt(value));
    this.#op(Op.LONG1, bytes.byteLength);
    this.#put(bytes);
  }

  float(value: number): void {
    const bytes = Buffer.alloc(9);
    bytes[0] = Op.BINFLOAT;
    bytes.writeDoubleBE(value, 1);
    this.#put(bytes);
  }

  text(value: string): void {
    if (this.recall(value)) return;
    const bytes = Buffer.from(value, 'utf8');
    this.#uint32(Op.BINUNICODE, bytes.byteLength);
    this.#put(bytes);
    this.remember(value);
  }

  global(global: PickleName): void {
    if (this.recall(global)) return;
    this.#op(Op.GLOBAL);
    this.#put(Buffer.from(`${global.module}\n${global.name}\n`));
    this.remember(global);
  }

  emptyList(): void {
    this.#op(Op.EMPTY_LIST);
  }

  emptyDict(): void {
    this.#op(Op.EMPTY_DICT);
  }

  /** A tuple of what `push` pushes. */
  tuple(push: () => void): void {
    this.#op(Op.MARK);
    push();
    this.#op(Op.TUPLE);
  }

  /** Appends what `push` pushes to the list on top. */
  append(push: () => void): void {
    this.#op(Op.MARK);
    push();
    this.#op(Op.APPENDS);
  }

  /** Puts the keys and values that `push` pushes into the dictionary on top. */
  setItems(push: () => void): void {
    this.#op(Op.MARK);
    push();
    this.#op(Op.SETITEMS);
  }

  /** Calls `callable` with what `pushArguments` pushes. */
  call(callable: PickleName, pushArguments: () => void): void {
    this.global(callable);
    this.tuple(pushArguments);
    this.#op(Op.REDUCE);
  }

  /** The object outside the pickle whose id is the tuple of what `push` pushes. */
  persistent(push: () => void): void {
    this.tuple(push);
    this.#op(Op.BINPERSID);
  }

  /** All bytes, ended. */
  finish(): Uint8Array {
    this.#op(Op.STOP);
    return this.#bytes.subarray(0, this.#length);
  }
}
