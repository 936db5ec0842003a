import { dtypeCodes, layoutCodes, memoryFormatCodes } from '@flambeau/native';
import type { Parameter } from '@flambeau/native/schema';
import { Stream } from '../cuda.js';
import { Generator } from '../random.js';
import { isDevice } from '../tensor/dtype.js';
import { isComplexValue } from '../tensor/nestedData.js';
import { Tensor } from '../tensor/tensor.js';

/** What a {@link Conversion} gives for a value that the parameter does not take. */
export const mismatch: unique symbol = Symbol('mismatch');

/** A JavaScript value in its wire form, see the table in the native package's `binding.ts`. */
export type Conversion = (value: unknown) => unknown;

/** How the values of a parameter are checked and converted. */
export function conversionFor({ name, type, defaultText }: Parameter): Conversion {
  const single = name === 'reduction' && type.base === 'int' ? reduction : ofType(type.base);
  let conversion = single;
  if (type.list) {
    const element = type.optionalElements ? orNull(single) : single;
    conversion = type.listSize === null ? listOf(element) : oneOrList(element);
  }
  return type.optional || defaultText === 'None' ? orNull(conversion) : conversion;
}

function ofType(base: string): Conversion {
  return conversions[base] ?? unsupported;
}

const conversions: Readonly<Record<string, Conversion>> = {
  Tensor: (value) => (value instanceof Tensor ? value.handle : mismatch),
  Scalar: (value) =>
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    isComplexValue(value)
      ? value
      : mismatch,
  int: whole,
  DeviceIndex: whole,
  float: (value) => (typeof value === 'number' ? value : mismatch),
  bool: (value) => (typeof value === 'boolean' ? value : mismatch),
  str: (value) => (typeof value === 'string' ? value : mismatch),
  Dimname: (value) => (typeof value === 'string' ? value : mismatch),
  ScalarType: codeIn(dtypeCodes),
  Layout: codeIn(layoutCodes),
  MemoryFormat: codeIn(memoryFormatCodes),
  Device: (value) => (isDevice(value) ? value : mismatch),
  Generator: (value) => (value instanceof Generator ? value.ref : mismatch),
  Stream: (value) => (value instanceof Stream ? value.ref : mismatch),
};

function unsupported(): typeof mismatch {
  return mismatch;
}

function whole(value: unknown): unknown {
  return Number.isInteger(value) || typeof value === 'bigint' ? value : mismatch;
}

/** `at::Reduction`. */
const reductionCodes: Readonly<Record<string, number>> = { none: 0, mean: 1, sum: 2 };

function reduction(value: unknown): unknown {
  return typeof value === 'string' ? (reductionCodes[value] ?? mismatch) : whole(value);
}

function codeIn(codes: Readonly<Record<string, number>>): Conversion {
  return (value) =>
    typeof value === 'string' && Object.hasOwn(codes, value) ? codes[value] : mismatch;
}

function orNull(conversion: Conversion): Conversion {
  return (value) => (value === null ? null : conversion(value));
}

function listOf(element: Conversion): Conversion {
  return (value) => {
    if (!Array.isArray(value)) return mismatch;
    const converted: unknown[] = new Array(value.length);
    for (let i = 0; i < value.length; i++) {
      const item = element(value[i]);
      if (item === mismatch) return mismatch;
      converted[i] = item;
    }
    return converted;
  };
}

function oneOrList(element: Conversion): Conversion {
  const list = listOf(element);
  return (value) => (Array.isArray(value) ? list(value) : element(value));
}
