import type { Complex } from '../ops/argumentTypes.js';
import type { DType } from './dtype.js';
import { isComplex } from './dtype.js';
import { type Element, isTypedArray, itemSize, type TypedArray, viewAs } from './elements.js';

/** Numbers, bigints, booleans and complex numbers, nested to equal depth and lengths. */
export type NestedData = Element | TypedArray | readonly NestedData[];

/** Nested data laid out flat. */
export interface FlatData {
  readonly shape: readonly number[];
  readonly elements: readonly Element[];
}

/**
 * Lays nested arrays out flat.
 * @throws TypeError naming the path of a row of another length, or of a value that is no element.
 */
export function flatten(data: NestedData): FlatData {
  const shape: number[] = [];
  for (let first: NestedData | undefined = data; isRow(first); first = first[0] as NestedData) {
    shape.push(first.length);
    if (first.length === 0) break;
  }
  const elements: Element[] = [];
  const visit = (value: unknown, depth: number, path: readonly number[]): void => {
    const length = shape[depth];
    if (length === undefined) {
      if (!isElement(value)) throw new TypeError(`${at(path)} is ${describe(value)}, ${wanted}`);
      elements.push(value);
      return;
    }
    if (!isRow(value) || value.length !== length) {
      throw new TypeError(
        `ragged data: ${at(path)} is ${describe(value)}, expected an array of ${length} ` +
          `as at the same depth before it`,
      );
    }
    for (let i = 0; i < length; i++) visit(value[i], depth + 1, [...path, i]);
  };
  visit(data, 0, []);
  return { shape, elements };
}

const wanted = 'expected a number, bigint, boolean or { re, im }';

/**
 * The dtype for elements: it depends on their JavaScript types, never on their values. Booleans
 * are bool, bigints int64, numbers the default dtype, complex numbers the complex dtype of the
 * default dtype's precision; the last of these that occurs decides.
 */
export function inferDType(elements: readonly Element[], defaultDType: DType): DType {
  let rank = elements.length === 0 ? 2 : 0;
  for (const element of elements) rank = Math.max(rank, ranks[typeof element] ?? 0);
  const complex = defaultDType === 'float64' ? 'complex128' : 'complex64';
  return (['bool', 'int64', defaultDType, complex] as const)[rank] ?? defaultDType;
}

const ranks: Readonly<Record<string, number>> = { boolean: 0, bigint: 1, number: 2, object: 3 };

/**
 * Writes elements as a dtype whose typed array can be filled from JavaScript: all but the halves.
 * @throws RangeError where an integer dtype cannot hold a value.
 */
export function encode(elements: readonly Element[], dtype: DType): TypedArray {
  const out = viewAs(dtype, new ArrayBuffer(elements.length * itemSize(dtype)));
  const put = writer(dtype, out);
  for (const [i, element] of elements.entries()) put(i, element);
  return out;
}

function writer(dtype: DType, out: TypedArray): (index: number, element: Element) => void {
  if (isComplex(dtype)) {
    return (i, element) => {
      const { re, im } = typeof element === 'object' ? element : { re: Number(element), im: 0 };
      out[2 * i] = re;
      out[2 * i + 1] = im;
    };
  }
  if (dtype === 'bool') return (i, element) => (out[i] = isTrue(element) ? 1 : 0);
  if (out instanceof Float32Array || out instanceof Float64Array) {
    return (i, element) => (out[i] = Number(real(element, dtype)));
  }
  const big = out instanceof BigInt64Array || out instanceof BigUint64Array;
  return (i, element) => {
    const value = real(element, dtype);
    const whole = typeof value === 'bigint' ? value : truncated(value, dtype);
    out[i] = big ? whole : Number(whole);
    if (BigInt(out[i] as bigint | number) !== whole) throw overflow(value, dtype);
  };
}

function truncated(value: number | boolean, dtype: DType): bigint {
  const number = Math.trunc(Number(value));
  if (!Number.isFinite(number)) throw overflow(value, dtype);
  return BigInt(number);
}

function isTrue(element: Element): boolean {
  return typeof element === 'object' ? element.re !== 0 || element.im !== 0 : Boolean(element);
}

function real(element: Element, dtype: DType): number | bigint | boolean {
  if (typeof element !== 'object') return element;
  throw new TypeError(`a complex number cannot become ${dtype}`);
}

function overflow(value: number | bigint | boolean, dtype: DType): RangeError {
  return new RangeError(`value ${value} cannot be converted to ${dtype} without overflow`);
}

function isRow(value: unknown): value is readonly NestedData[] | TypedArray {
  return Array.isArray(value) || isTypedArray(value);
}

function isElement(value: unknown): value is Element {
  return (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    isComplexValue(value)
  );
}

/** Is it a complex number, `{ re, im }`? */
export function isComplexValue(value: unknown): value is Complex {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Complex>).re === 'number' &&
    typeof (value as Partial<Complex>).im === 'number'
  );
}

function at(path: readonly number[]): string {
  return path.length === 0 ? 'the data' : `the element at [${path.join('][')}]`;
}

function describe(value: unknown): string {
  if (isRow(value)) return `an array of ${value.length}`;
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' ? `an object` : `the ${typeof value} ${String(value)}`;
}
