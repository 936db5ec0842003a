import type { DType } from '../../tensor/dtype.js';
import { itemSize } from '../../tensor/elements.js';
import { BYTE_ORDER, type ByteOrder } from '../byteOrder.js';
import { FileFormatError } from '../fileFormatError.js';

/** Kind and bytes of an element, as NumPy's array protocol writes them. */
const dtypes: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  c8: 'complex64',
  c16: 'complex128',
};

const kinds: Readonly<Record<string, string>> = {
  O: 'Python objects, which are never loaded',
  S: 'bytes',
  a: 'bytes',
  U: 'texts',
  V: 'records',
  M: 'dates',
  m: 'durations',
};

export interface Elements {
  readonly dtype: DType;
  readonly order: ByteOrder;
}

/**
 * The elements that '<f4' stands for.
 * @throws FileFormatError for what no tensor can hold
 */
export function elementsOf(descr: string): Elements {
  const [, order = '=', kind = '', size = ''] = /^([<>=|]?)([A-Za-z])(\d*)/.exec(descr) ?? [];
  const name = kind + size;
  const dtype = Object.hasOwn(dtypes, name) ? dtypes[name] : undefined;
  if (dtype === undefined) {
    const what = kinds[kind] ?? 'elements that no tensor can hold';
    throw new FileFormatError(`the array has ${what}: its dtype is '${descr}'`);
  }
  if (order === '<') return { dtype, order: 'little' };
  if (order === '>') return { dtype, order: 'big' };
  return { dtype, order: BYTE_ORDER };
}

const descrs = new Map(Object.entries(dtypes).map(([name, dtype]) => [dtype, name]));

/**
 * '<f4' for float32, in this machine's byte order.
 * @throws TypeError for a dtype that NumPy lacks
 */
export function descrOf(dtype: DType): string {
  const name = descrs.get(dtype);
  if (name === undefined) {
    throw new TypeError(`NumPy has no ${dtype}: convert the tensor, to float32 for instance`);
  }
  const order = BYTE_ORDER === 'little' ? '<' : '>';
  return `${itemSize(dtype) === 1 ? '|' : order}${name}`;
}
