import { dtypeCodes, type Handle, layoutCodes, memoryFormatCodes, native } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import {
  type Device,
  type DType,
  isDevice,
  isDType,
  type Layout,
  type MemoryFormat,
} from './dtype.js';
import { wrap } from './scope.js';
import { Tensor } from './tensor.js';

/** How {@link Tensor.to} converts. */
export interface ConversionOptions {
  /** Lets a copy between page-locked memory and a GPU run beside other work. */
  readonly nonBlocking?: boolean;
  /** Makes a new tensor also where nothing changes. */
  readonly copy?: boolean;
  readonly memoryFormat?: MemoryFormat | null;
}

/** What {@link Tensor.to} converts to, by name. */
export interface ConversionTarget extends ConversionOptions {
  readonly dtype?: DType | null;
  readonly device?: Device | null;
  readonly layout?: Layout | null;
}

/** What may follow the target: `nonBlocking` and `copy` in their places, or in an options object. */
type HowToConvert =
  | readonly [nonBlocking?: boolean, copy?: boolean]
  | readonly [...([boolean] | []), options: ConversionOptions];

/** The call forms of {@link Tensor.to}. */
export type ToArguments =
  | readonly [target: DType | Device | Tensor, ...HowToConvert]
  | readonly [device: Device, dtype: DType, ...HowToConvert]
  | readonly [target: ConversionTarget];

/** Carries out {@link Tensor.to}. Gives the tensor itself where nothing changes. */
export function convert(tensor: Tensor, args: ToArguments): Tensor {
  const target = targetOf(args);
  const { dtype, layout, device, memoryFormat } = target;
  const handle = aten('to', 'dtype_layout')(
    tensor.handle,
    dtype == null ? undefined : dtypeCodes[dtype],
    layout == null ? undefined : layoutCodes[layout],
    device ?? undefined,
    undefined,
    target.nonBlocking,
    target.copy,
    memoryFormat == null ? undefined : memoryFormatCodes[memoryFormat],
  ) as Handle;
  if (!native.isSame(handle, tensor.handle)) return wrap(handle);
  native.dispose(handle);
  return tensor;
}

function targetOf(args: readonly unknown[]): ConversionTarget {
  const target: { -readonly [K in keyof ConversionTarget]: ConversionTarget[K] } = {};
  for (const arg of args) {
    if (typeof arg === 'boolean' && target.nonBlocking === undefined) target.nonBlocking = arg;
    else if (typeof arg === 'boolean' && target.copy === undefined) target.copy = arg;
    else if (isDType(arg)) target.dtype = arg;
    else if (isDevice(arg)) target.device = arg;
    else if (arg instanceof Tensor) {
      target.dtype = arg.dtype;
      target.device = arg.device;
    } else if (typeof arg === 'object' && arg !== null) Object.assign(target, arg);
    else if (arg !== undefined) {
      throw new TypeError(
        `to() takes a dtype, a device, a tensor or { dtype, device, layout, memoryFormat, copy, ` +
          `nonBlocking }; got ${JSON.stringify(arg) ?? String(arg)}`,
      );
    }
  }
  return target;
}
