import { dtypeCodes, native } from '@flambeau/native';
import { type DType, dtypeOf, isFloatingPoint } from './tensor/dtype.js';

/** The dtype of numbers that say nothing else; float32 at first. */
export function getDefaultDtype(): DType {
  return dtypeOf(native.defaultDtype());
}

/** @throws TypeError for a dtype that is not floating. */
export function setDefaultDtype(dtype: DType): void {
  if (!isFloatingPoint(dtype)) {
    throw new TypeError(`the default dtype is a floating one, got ${dtype}`);
  }
  native.setDefaultDtype(dtypeCodes[dtype]);
}

/** Threads that one operator may use on the CPU. */
export function getNumThreads(): number {
  return native.numThreads();
}

/** For this thread, and for those that begin later and say nothing else. */
export function setNumThreads(count: number): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`a number of threads is whole and at least 1, got ${count}`);
  }
  // What a thread has said before it first asks is lost at that question.
  native.numThreads();
  native.setNumThreads(count);
}

/**
 * Makes operators give the same result for the same input every time; one that cannot throws, or
 * warns with `warnOnly`.
 */
export function useDeterministicAlgorithms(
  enabled: boolean,
  options: { readonly warnOnly?: boolean } = {},
): void {
  native.setDeterministicAlgorithms(enabled, options.warnOnly ?? false);
}
