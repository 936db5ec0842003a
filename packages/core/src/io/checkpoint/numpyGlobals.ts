import { elementReader, itemSize, viewAs } from '../../tensor/elements.js';
import { BYTE_ORDER, swapBytes } from '../byteOrder.js';
import { FileFormatError } from '../fileFormatError.js';
import { type ArrayLayout, byteCount } from '../numpy/array.js';
import { elementsOf } from '../numpy/descr.js';
import type { Buildable } from '../pickle/machine.js';

/*
 * Numbers and arrays of NumPy, which checkpoints have where a metric was saved as it was computed.
 * NumPy's names and the states of its objects are those of its `__reduce__` methods.
 */

/** `numpy.dtype`, whose byte order comes after it. */
class NumpyDtype implements Buildable {
  #order = '=';

  constructor(readonly name: string) {}

  build(state: unknown): void {
    const [, order] = Array.isArray(state) ? state : [];
    if (typeof order === 'string') this.#order = order;
  }

  get elements(): ReturnType<typeof elementsOf> {
    return elementsOf(this.#order + this.name);
  }
}

/** `numpy.ndarray`, whose contents come after it. */
export class NumpyArray implements Buildable {
  #contents: { readonly layout: ArrayLayout; readonly data: Uint8Array<ArrayBuffer> } | undefined;

  build(state: unknown): void {
    const [, shape, dtype, fortranOrder, data] = Array.isArray(state) ? state : [];
    const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
    if (!isShape || !(dtype instanceof NumpyDtype) || !(data instanceof Uint8Array)) {
      throw new FileFormatError('an array of NumPy is not described as one');
    }
    const layout = { ...dtype.elements, shape, fortranOrder: fortranOrder === true };
    const bytes = byteCount(layout.dtype, shape);
    if (data.byteLength !== bytes) {
      throw new FileFormatError(`an array of NumPy has ${data.byteLength} bytes, needs ${bytes}`);
    }
    this.#contents = { layout, data: new Uint8Array(data) };
  }

  /** @throws FileFormatError when none came */
  get contents(): { readonly layout: ArrayLayout; readonly data: Uint8Array<ArrayBuffer> } {
    if (this.#contents === undefined) throw new FileFormatError('an array of NumPy is empty');
    return this.#contents;
  }
}

function scalar([dtype, data]: readonly unknown[]): unknown {
  const isOne = dtype instanceof NumpyDtype && data instanceof Uint8Array;
  if (!isOne || data.byteLength !== itemSize(dtype.elements.dtype)) {
    throw new FileFormatError('a number of NumPy is not described as one');
  }
  const { dtype: name, order } = dtype.elements;
  const bytes = new Uint8Array(data);
  if (order !== BYTE_ORDER) swapBytes(bytes, name);
  return elementReader(name, viewAs(name, bytes.buffer))(0);
}

/** The functions by their names; the module `core` has become `_core`. */
export const numpyCallables: Readonly<Record<string, (args: readonly unknown[]) => unknown>> = {
  'numpy.dtype': ([name]) => new NumpyDtype(`${name}`),
  'numpy.core.multiarray.scalar': scalar,
  'numpy._core.multiarray.scalar': scalar,
  'numpy.core.multiarray._reconstruct': () => new NumpyArray(),
  'numpy._core.multiarray._reconstruct': () => new NumpyArray(),
};
