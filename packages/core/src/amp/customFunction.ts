import type { FunctionContext, Gradients } from '../autograd/function.js';
import { type DeviceType, type DType, isFloatingPoint } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { type AutocastDType, autocast, getAutocastDtype, isAutocastEnabled } from './autocast.js';

/** What {@link customFwd} is given. */
export interface CustomForwardOptions {
  readonly deviceType: DeviceType;
  /**
   * Where autocast is in effect, casts the floating tensors among the arguments to this dtype,
   * float64 ones aside, and runs `forward` without autocast. Default: neither.
   */
  readonly castInputs?: DType;
}

/** How autocast was for the forward of a custom function; its backward runs the same way. */
interface ForwardMode {
  readonly enabled: boolean;
  readonly dtype: AutocastDType;
}

const forwardModes = new WeakMap<FunctionContext, ForwardMode>();

/**
 * The `forward` of a custom function that knows of autocast; goes with {@link customBwd}.
 *
 * ```ts
 * class Product extends autograd.Function {
 *   static forward = amp.customFwd({ deviceType: 'cpu' }, (context, a: Tensor, b: Tensor) => {
 *     context.saveForBackward(a, b);
 *     return a.mm(b);
 *   });
 *   static backward = amp.customBwd({ deviceType: 'cpu' }, (context, grad) => …);
 * }
 * ```
 */
export function customFwd<Args extends readonly unknown[], Result>(
  { deviceType, castInputs }: CustomForwardOptions,
  forward: (context: FunctionContext, ...args: Args) => Result,
): (context: FunctionContext, ...args: Args) => Result {
  return (context, ...args) => {
    const enabled = isAutocastEnabled(deviceType);
    const dtype = getAutocastDtype(deviceType) as AutocastDType;
    forwardModes.set(context, { enabled: enabled && castInputs === undefined, dtype });
    if (!enabled || castInputs === undefined) return forward(context, ...args);
    const cast = args.map((arg) => castArgument(arg, deviceType, castInputs)) as unknown as Args;
    return autocast({ deviceType, enabled: false }, () => forward(context, ...cast));
  };
}

/** The `backward` that runs under the autocast that {@link customFwd} ran its function with. */
export function customBwd(
  { deviceType }: { readonly deviceType: DeviceType },
  backward: (context: FunctionContext, ...grads: readonly Tensor[]) => Gradients,
): (context: FunctionContext, ...grads: readonly Tensor[]) => Gradients {
  return (context, ...grads) => {
    const mode = forwardModes.get(context);
    if (mode === undefined) throw new Error('customBwd() needs a forward made by customFwd()');
    return autocast({ deviceType, ...mode }, () => backward(context, ...grads));
  };
}

/** Casts tensors, in arrays and plain objects too. */
function castArgument(value: unknown, deviceType: DeviceType, dtype: DType): unknown {
  if (value instanceof Tensor) {
    const eligible =
      isFloatingPoint(value.dtype) &&
      value.dtype !== 'float64' &&
      value.device.split(':', 1)[0] === deviceType;
    return eligible ? value.to(dtype) : value;
  }
  if (Array.isArray(value)) return value.map((item) => castArgument(item, deviceType, dtype));
  if (typeof value !== 'object' || value === null) return value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, castArgument(item, deviceType, dtype)]),
  );
}
