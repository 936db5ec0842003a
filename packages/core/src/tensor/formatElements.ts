import { type Handle, native } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { type DType, isComplex, isFloatingPoint } from './dtype.js';
import { hasTypedArray, viewAs } from './elements.js';
import { fixed, scientific } from './formatNumber.js';
import type { PrintOptions } from './printOptions.js';
import { wrap } from './scope.js';
import type { Tensor } from './tensor.js';

/** Texts of elements that stand under each other; numbers are right-aligned to `width`. */
interface Column {
  readonly texts: readonly string[];
  readonly width: number;
}

/**
 * The nested lists of a dense tensor's elements. `indent` is the column at which they begin.
 * Beyond `threshold` elements, only the edges are read from the device, aligned and written.
 */
export function elementsText(tensor: Tensor, indent: number, options: PrintOptions): string {
  const { shape } = tensor;
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return '[]';
  const elided = count > options.threshold;
  if (elided && options.edgeitems === 0 && shape.length > 0) return '[...]';
  const column = columnOf(elided ? edgesOf(tensor, options.edgeitems) : tensor, options);
  const layout = new NestedLists(column, elided, options);
  return layout.text(shape, indent);
}

/** The first and last `count` of each dimension, joined. */
function edgesOf(tensor: Tensor, count: number): Tensor {
  let edges = tensor;
  tensor.shape.forEach((size, dim) => {
    if (size <= 2 * count) return;
    const ends = [edges.narrow(dim, 0, count), edges.narrow(dim, size - count, count)];
    const handles = ends.map((end) => end.handle);
    edges = wrap(aten('cat')(handles, dim) as Handle);
  });
  return edges;
}

class NestedLists {
  readonly #column: Column;
  readonly #elided: boolean;
  readonly #options: PrintOptions;
  #next = 0;

  constructor(column: Column, elided: boolean, options: PrintOptions) {
    this.#column = column;
    this.#elided = elided;
    this.#options = options;
  }

  text(shape: readonly number[], indent: number): string {
    const [size, ...inner] = shape;
    if (size === undefined) return this.#element();
    if (inner.length === 0) return this.#row(size, indent);
    const items = this.#items(size, '...', () => this.text(inner, indent + 1));
    return `[${items.join(`,${'\n'.repeat(inner.length)}${' '.repeat(indent + 1)}`)}]`;
  }

  #row(size: number, indent: number): string {
    const items = this.#items(size, ' ...', () => this.#element());
    const separator = 2;
    const room = Math.floor((this.#options.linewidth - indent) / (this.#column.width + separator));
    const perLine = Math.max(1, room);
    const lines: string[] = [];
    for (let i = 0; i < items.length; i += perLine) {
      lines.push(items.slice(i, i + perLine).join(', '));
    }
    return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`;
  }

  /** `size` items, or the edges with `gap` between them. */
  #items(size: number, gap: string, item: () => string): string[] {
    const { edgeitems } = this.#options;
    const isShort = this.#elided && size > 2 * edgeitems;
    const items = Array.from({ length: isShort ? 2 * edgeitems : size }, item);
    if (isShort) items.splice(edgeitems, 0, gap);
    return items;
  }

  #element(): string {
    return this.#column.texts[this.#next++] ?? '';
  }
}

function columnOf(tensor: Tensor, options: PrintOptions): Column {
  const { dtype } = tensor;
  if (isComplex(dtype)) return complexColumn(doublesOf(tensor, 'complex128'), options);
  if (dtype === 'float4_e2m1fn_x2') {
    // Two numbers in a byte, which no conversion takes apart: Python writes the byte.
    return floatColumn(Float64Array.from(integersOf(tensor.view('uint8')), Number), options);
  }
  if (dtype === 'float8_e8m0fnu') {
    // libtorch takes this dtype's NaN for finite and its least number, 2^-127, for 0: Python's
    // text shows it.
    const values = doublesOf(tensor, 'float64');
    return floatColumn(values, options, (value) => value !== 2 ** -127);
  }
  if (isFloatingPoint(dtype)) return floatColumn(doublesOf(tensor, 'float64'), options);
  const names = dtype === 'bool' ? ['False', 'True'] : undefined;
  const texts = Array.from(integersOf(tensor), (value) => names?.[Number(value)] ?? `${value}`);
  return aligned(
    texts,
    texts.reduce((width, text) => Math.max(width, text.length), 0),
  );
}

function doublesOf(tensor: Tensor, dtype: DType): Float64Array {
  return new Float64Array(native.toArrayBuffer(tensor.to(dtype).handle));
}

function integersOf(tensor: Tensor): Iterable<number | bigint> {
  const { dtype } = tensor;
  if (!hasTypedArray(dtype)) throw new TypeError(`elements of dtype ${dtype} have no text form`);
  return viewAs(dtype, native.toArrayBuffer(tensor.handle));
}

function complexColumn(parts: Float64Array, options: PrintOptions): Column {
  const real = floatColumn(
    parts.filter((_, i) => i % 2 === 0),
    options,
  );
  const imaginary = floatColumn(
    parts.filter((_, i) => i % 2 === 1),
    options,
  );
  const texts = real.texts.map((text, i) => {
    const other = (imaginary.texts[i] ?? '').trimStart();
    return `${text}${/^[+-]/.test(other) ? '' : '+'}${other}j`;
  });
  return { texts, width: real.width + imaginary.width + 1 };
}

/**
 * One notation for all: whole numbers as `3.`, else decimals, or powers of ten where the numbers
 * are far apart, large or small. Zeros and what is not finite take no part in the choice.
 */
function floatColumn(
  values: Float64Array,
  options: PrintOptions,
  isSignificant = (value: number) => Number.isFinite(value) && value !== 0,
): Column {
  const significant = values.filter(isSignificant);
  const whole = significant.every(Number.isInteger);
  const inPowers = significant.length > 0 && (options.sciMode ?? spansWide(significant));
  const { precision } = options;
  const write = (value: number): string => {
    if (inPowers) return scientific(value, precision);
    if (!whole) return fixed(value, precision);
    return fixed(value, 0) + (Number.isFinite(value) ? '.' : '');
  };
  let width = 1;
  for (const value of significant) width = Math.max(width, write(value).length);
  return aligned(Array.from(values, write), width);
}

function spansWide(values: Float64Array): boolean {
  let least = Infinity;
  let most = 0;
  for (const value of values) {
    least = Math.min(least, Math.abs(value));
    most = Math.max(most, Math.abs(value));
  }
  return most / least > 1000 || most > 1e8 || least < 1e-4;
}

function aligned(texts: readonly string[], width: number): Column {
  return { texts: texts.map((text) => text.padStart(width)), width };
}
