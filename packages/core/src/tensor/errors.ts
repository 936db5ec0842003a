import type { NativeFailure } from '@flambeau/native';

/** What libtorch or the binding refuses to do. */
export class TorchError extends Error {
  override readonly name: string = 'TorchError';
  /** The kind of failure, a word. */
  readonly code: string;
  /** The schema of the operator that failed, when one was called. */
  readonly schema: string | undefined;
  /** The operator's arguments as text: 'float32[2, 3]'. */
  readonly args: readonly string[];

  constructor(failure: NativeFailure) {
    super(messageOf(failure));
    this.code = failure.code;
    this.schema = failure.schema;
    this.args = failure.args ?? [];
  }
}

/** A tensor was used after it was freed. */
export class TensorDisposedError extends TorchError {
  override readonly name: string = 'TensorDisposedError';
}

/** A number that stands for no tensor of this environment. */
export class InvalidHandleError extends TorchError {
  override readonly name: string = 'InvalidHandleError';
}

/** Shapes that do not fit each other or the operator. */
export class ShapeError extends TorchError {
  override readonly name: string = 'ShapeError';
}

/** A dtype that does not fit another one or the operator. */
export class DTypeError extends TorchError {
  override readonly name: string = 'DTypeError';
}

/** Tensors on different devices, or a device that is not there. */
export class DeviceError extends TorchError {
  override readonly name: string = 'DeviceError';
}

/** Neither the machine, the GPU nor the limit that was set has that much memory. */
export class OutOfMemoryError extends TorchError {
  override readonly name: string = 'OutOfMemoryError';
}

/** A second backward, an in-place change of what is still needed, a missing gradient. */
export class AutogradError extends TorchError {
  override readonly name: string = 'AutogradError';
}

/** `detectAnomaly` has found NaN in a gradient. */
export class AnomalyError extends AutogradError {
  override readonly name: string = 'AnomalyError';
}

/** A hook gave back what cannot take the gradient's place. */
export class HookError extends AutogradError {
  override readonly name: string = 'HookError';
}

/** The JavaScript buffer under a tensor was transferred away. */
export class BufferDetachedError extends TorchError {
  override readonly name: string = 'BufferDetachedError';
}

/** An index or dimension out of range. */
export class TorchIndexError extends TorchError {
  override readonly name: string = 'TorchIndexError';
}

/** An argument of the right type with a value that is not allowed. */
export class TorchValueError extends TorchError {
  override readonly name: string = 'TorchValueError';
}

/** Something that this libtorch has not, for these arguments or at all. */
export class NotImplementedError extends TorchError {
  override readonly name: string = 'NotImplementedError';
}

/** A matrix for which the linear algebra fails: singular, not positive definite. */
export class LinAlgError extends TorchError {
  override readonly name: string = 'LinAlgError';
}

type ErrorClass = new (failure: NativeFailure) => TorchError;

const classesByCode: Readonly<Record<string, ErrorClass>> = {
  disposed: TensorDisposedError,
  invalidHandle: InvalidHandleError,
  index: TorchIndexError,
  linalg: LinAlgError,
  outOfMemory: OutOfMemoryError,
  bufferDetached: BufferDetachedError,
};

/** Tried in order, for libtorch has one exception class for most of its failures. */
const classesByText: readonly (readonly [RegExp, ErrorClass])[] = [
  [/returned nan values/, AnomalyError],
  [/hook/i, HookError],
  [/out of memory|can't allocate memory|not enough memory/i, OutOfMemoryError],
  [
    new RegExp(
      [
        'backward through the graph a second time',
        'leaf Variable that requires grad',
        'modified by an inplace operation',
        'does not require grad and does not have a grad_fn',
        'grad can be implicitly created only for scalar outputs',
        'to not have been used in the graph',
        '[Ii]nference tensors? ',
        'only Tensors of floating point .* can require gradients',
        'only .* leaf (tensors|variables)',
        'is a view .* modified inplace',
        "derivative for '.*' is not implemented",
        'non-leaf',
        'assigned grad',
        'Mismatch in shape: grad_output',
        'function .* returned an invalid gradient',
      ].join('|'),
      'i',
    ),
    AutogradError,
  ],
  [
    /same device|different devices?|device type|devices? .*(not available|invalid)|not linked with support|PyTorch was compiled without|CUDA (driver|error)|no CUDA|with CUDA|'(CUDA|MPS|XPU|Meta)' backend|unavailable device/i,
    DeviceError,
  ],
  [
    /dtype|scalar types?|not implemented for '|can't be cast to|data type|expected .* (to be|but (found|got)) .*(Float|Double|Half|Int|Long|Bool|Byte)|floating point|integral type|boolean|complex/i,
    DTypeError,
  ],
  [
    /shapes?\b|sizes?\b|dimension|broadcast|\b[0-9]-?D\b|numel|number of (elements|channels)|length/i,
    ShapeError,
  ],
];

const laterByCode: Readonly<Record<string, ErrorClass>> = {
  value: TorchValueError,
  notImplemented: NotImplementedError,
};

/** The error for a failure that the addon reports. */
export function errorFor(failure: NativeFailure): Error {
  if (failure.code === 'type') return new TypeError(messageOf(failure));
  const byCode = classesByCode[failure.code];
  if (byCode !== undefined) return new byCode(failure);
  // What follows are the lines of a script, which may speak of anything.
  const [firstLine = ''] = failure.message.split('\n', 1);
  const byText = classesByText.find(([pattern]) => pattern.test(firstLine))?.[1];
  const fallback = laterByCode[failure.code] ?? TorchError;
  return new (byText ?? fallback)(failure);
}

function messageOf({ message, schema, args }: NativeFailure): string {
  const lines = [message];
  if (schema !== undefined) lines.push(`  in ${schema}`);
  const last = args?.findLastIndex((arg) => arg !== 'undefined') ?? -1;
  if (args !== undefined && last >= 0) lines.push(`  with ${args.slice(0, last + 1).join(', ')}`);
  return lines.join('\n');
}
