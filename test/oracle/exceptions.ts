import type { OperatorCase } from './operatorCase.js';

/** Operators whose results cannot be compared, by their name in the dispatcher, and why. */
export const exceptions: Readonly<Record<string, string>> = {
  empty: 'its elements are whatever was in memory',
  empty_like: 'its elements are whatever was in memory',
  empty_strided: 'its elements are whatever was in memory',
  empty_permuted: 'its elements are whatever was in memory',
  new_empty: 'its elements are whatever was in memory',
  new_empty_strided: 'its elements are whatever was in memory',
};

/** Why a case is not compared; undefined when it is. */
export function exceptionFor(sample: OperatorCase): string | undefined {
  if (/^__(?!getitem)/.test(sample.name))
    return 'operator syntax, which JavaScript cannot overload';
  return exceptions[sample.aten];
}

/** Failures on Python's side that say that it, too, cannot run the sample here. */
export const cannotRun =
  /Jiterator is only supported on CUDA|setStorage: .* out of bounds|the operation's result requires/;
