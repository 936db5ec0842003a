import pl, { type Series } from 'nodejs-polars';

/** Narrow where they fit, since Polars' columns and their copies are not freed before the program waits. */
export type Codes = Int16Array | Int32Array;

/** The largest number of the narrow ones. */
export const maxNarrow = 2 ** 15 - 1;

/** Values that are further apart are not worth a table. */
const maxSize = 2 ** 20;

/** Codes of whole numbers by a table, which takes a fifth of the time of a join. */
export class WholeNumberCodes {
  readonly #first: number;
  /** The code of each number from the first one on; -1 for those that are none of the values. */
  readonly #codes: Int32Array;
  readonly #dtype: typeof pl.Int16 | typeof pl.Int32;

  private constructor(first: number, codes: Int32Array, count: number) {
    this.#first = first;
    this.#codes = codes;
    const largest = Math.max(-first, first + codes.length, count);
    this.#dtype = largest <= maxNarrow ? pl.Int16 : pl.Int32;
  }

  /** @returns null where the values are no whole numbers, or too far apart */
  static of(values: Series): WholeNumberCodes | null {
    const numbers = wholeNumbers(values, pl.Int32) as Int32Array | null;
    if (numbers === null || numbers.length === 0) return null;
    const first = numbers.reduce((a, b) => Math.min(a, b));
    const size = numbers.reduce((a, b) => Math.max(a, b)) - first + 1;
    if (size > maxSize) return null;
    const codes = new Int32Array(size).fill(-1);
    for (const [code, number] of numbers.entries()) codes[number - first] = code;
    return new WholeNumberCodes(first, codes, numbers.length);
  }

  /** @returns undefined where the column has others than whole numbers as large as the values */
  codesOf(column: Series): Codes | undefined {
    const numbers = wholeNumbers(column, this.#dtype);
    if (numbers === null) return undefined;
    // A copy of the column, whose place the codes take.
    for (let row = 0; row < numbers.length; row++) {
      numbers[row] = this.#codes[(numbers[row] as number) - this.#first] ?? -1;
    }
    return numbers;
  }
}

function wholeNumbers(column: Series, dtype: typeof pl.Int16 | typeof pl.Int32): Codes | null {
  if (!/^U?Int\d+$/.test(column.dtype.variant)) return null;
  const numbers = column.dtype.equals(dtype) ? column : column.cast(dtype);
  return numbers.nullCount() > 0 ? null : (numbers.toTypedArray() as Codes);
}
