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

/** Operators that Python's database says write to `out`, and why that is not compared. */
export const outExceptions: Readonly<Record<string, string>> = {
  equal: 'gives no tensor',
  histogramdd: 'has no out form in Python either',
  det: 'only linalg.det, of which it is an alias, has an out form',
  special_softmax: 'only softmax, of which it is an alias, has an out form',
  special_log_softmax: 'only logSoftmax, of which it is an alias, has an out form',
  linear:
    'nn.functional.linear takes what nn.Linear needs; torch.ops.aten.linear.out writes to out',
  fft_ihfft2: 'libtorch 2.13 leaves out unwritten when there is one dimension, in Python too',
  fft_ihfftn: 'libtorch 2.13 leaves out unwritten when there is one dimension, in Python too',
};

/**
 * Functionals with the arguments of Python's `F` instead of those of the built-in below it. The
 * samples are of the built-in, which is compared through the dispatcher; `F`'s own are compared in
 * core's tests of nn.
 */
export const handWrittenFunctionals: ReadonlySet<string> = new Set([
  'adaptive_max_pool2d',
  'adaptive_max_pool3d',
  'fractional_max_pool2d',
  'fractional_max_pool3d',
  'max_unpool2d',
  'max_unpool3d',
]);

/** Why a case is not compared; undefined when it is. */
export function exceptionFor(sample: OperatorCase): string | undefined {
  if (/^__(?!getitem)/.test(sample.name))
    return 'operator syntax, which JavaScript cannot overload';
  return exceptions[sample.aten];
}

/** Is the result to be written to given tensors too? */
export function comparesOut({ supportsOut, aten, options }: OperatorCase): boolean {
  if (!supportsOut || Object.hasOwn(outExceptions, aten)) return false;
  // The out forms of the copies of views are generated, and not among the public functions;
  // nonzero with as_tuple has none.
  if (aten.endsWith('_copy') || aten === 'nonzero_numpy') return false;
  if (handWrittenFunctionals.has(aten)) return false;
  // What a factory makes has its dtype and device from `out`.
  return !['dtype', 'device', 'layout', 'requires_grad'].some(
    (name) => name in (options as object),
  );
}

/** Failures on Python's side that say that it, too, cannot run the sample here. */
export const cannotRun =
  /Jiterator is only supported on CUDA|setStorage: .* out of bounds|the operation's result requires/;
