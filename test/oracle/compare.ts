import { type DType, Tensor } from '@flambeau/core';
import { native } from '@flambeau/native';
import { elementsOf } from './elements.js';
import { isRemoteTensor, type Output, type RemoteTensor } from './wire.js';

/** |actual - expected| <= absolute + relative * |expected|. */
export interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

/** The tolerances of PyTorch's own tests, by dtype. */
const tolerances: Partial<Record<DType, Tolerance>> = {
  float16: { relative: 1e-3, absolute: 1e-5 },
  bfloat16: { relative: 1.6e-2, absolute: 1e-5 },
  float32: { relative: 1.3e-6, absolute: 1e-5 },
  float64: { relative: 1e-7, absolute: 1e-7 },
  complex32: { relative: 1e-3, absolute: 1e-5 },
  complex64: { relative: 1.3e-6, absolute: 1e-5 },
  complex128: { relative: 1e-7, absolute: 1e-7 },
};
const exact: Tolerance = { relative: 0, absolute: 0 };

/**
 * Compares a result with Python's, lists item by item.
 * @returns how they differ, undefined when they do not.
 */
export function difference(
  actual: unknown,
  expected: Output,
  tolerance: Partial<Tolerance> = {},
): string | undefined {
  if (isRemoteTensor(expected)) {
    if (!(actual instanceof Tensor)) return `got ${typeof actual}, expected a tensor`;
    return tensorDifference(actual, expected, tolerance);
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `got ${typeof actual}, expected ${expected.length} values`;
    if (actual.length !== expected.length) {
      return `got ${actual.length} values, expected ${expected.length}`;
    }
    for (const [i, item] of expected.entries()) {
      const found = difference(actual[i], item, tolerance);
      if (found !== undefined) return `[${i}]: ${found}`;
    }
    return undefined;
  }
  return scalarDifference(actual, expected, tolerance);
}

function tensorDifference(
  actual: Tensor,
  expected: RemoteTensor,
  given: Partial<Tolerance>,
): string | undefined {
  if (actual.dtype !== expected.dtype) {
    return `dtype ${actual.dtype}, expected ${expected.dtype}`;
  }
  if (actual.layout !== expected.layout) {
    return `layout ${actual.layout}, expected ${expected.layout}`;
  }
  if (`${actual.shape}` !== `${expected.shape}`) {
    return `shape [${actual.shape}], expected [${expected.shape}]`;
  }
  const dense = actual.layout === 'strided' ? actual : actual.detach().toDense();
  const found = elementsOf(actual.dtype, native.toArrayBuffer(dense.handle));
  const wanted = elementsOf(expected.dtype, expected.data.buffer);
  const tolerance = { ...(tolerances[expected.dtype] ?? exact), ...given };
  for (let i = 0; i < wanted.length; i++) {
    const [a, b] = [found[i] ?? NaN, wanted[i] ?? NaN];
    if (!isClose(a, b, tolerance)) return `element ${i} is ${a}, expected ${b}`;
  }
  return undefined;
}

function scalarDifference(
  actual: unknown,
  expected: Output,
  given: Partial<Tolerance>,
): string | undefined {
  const tolerance = { relative: 1e-7, absolute: 1e-7, ...given };
  const [a, b] = [actual, expected].map(numbersOf) as [number[], number[]];
  const same =
    b.length > 0
      ? a.length === b.length && b.every((x, i) => isClose(a[i] ?? NaN, x, tolerance))
      : actual === expected;
  return same ? undefined : `got ${JSON.stringify(actual)}, expected ${JSON.stringify(expected)}`;
}

/** The number or the parts of a complex one; nothing for a value of another kind. */
function numbersOf(value: unknown): number[] {
  if (typeof value === 'number' || typeof value === 'bigint') return [Number(value)];
  if (typeof value !== 'object' || value === null || !('re' in value && 'im' in value)) return [];
  return [Number(value.re), Number(value.im)];
}

function isClose(a: number | bigint, b: number | bigint, tolerance: Tolerance): boolean {
  if (a === b) return true;
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) && Number.isNaN(y);
  if (!Number.isFinite(x) || !Number.isFinite(y)) return false;
  if (tolerance.relative === 0 && tolerance.absolute === 0) return false;
  return Math.abs(x - y) <= tolerance.absolute + tolerance.relative * Math.abs(y);
}
