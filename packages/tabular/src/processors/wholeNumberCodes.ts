import pl, { type Series } from 'nodejs-polars';

/** Values that are further apart are not worth a table. */
const maxSize = 2 ** 20;

/** Codes of whole numbers by a table, which takes a fifth of the time of a join. */
export class WholeNumberCodes {
  readonly #first: number;
  /** The code of each number from the first one on; -1 for those that are none of the values. */
  readonly #codes: Int32Array;

  private constructor(first: number, codes: Int32Array) {
    this.#first = first;
    this.#codes = codes;
  }

  /** @returns null where the values are no whole numbers, or too far apart */
  static of(values: Series): WholeNumberCodes | null {
    const numbers = wholeNumbers(values);
    if (numbers === null || numbers.length === 0) return null;
    const first = numbers.reduce((a, b) => Math.min(a, b));
    const size = numbers.reduce((a, b) => Math.max(a, b)) - first + 1;
    if (size > maxSize) return null;
    const codes = new Int32Array(size).fill(-1);
    for (const [code, number] of numbers.entries()) codes[number - first] = code;
    return new WholeNumberCodes(first, codes);
  }

  /** @returns undefined where the column has others than whole numbers of 32 bits */
  codesOf(column: Series): Int32Array | undefined {
    const numbers = wholeNumbers(column);
    return numbers?.map((number) => this.#codes[number - this.#first] ?? -1);
  }
}

function wholeNumbers(column: Series): Int32Array | null {
  if (!/^U?Int\d+$/.test(column.dtype.variant)) return null;
  const numbers = column.dtype.equals(pl.Int32) ? column : column.cast(pl.Int32);
  return numbers.nullCount() > 0 ? null : (numbers.toTypedArray() as Int32Array);
}
