import { type AutocastState, dtypeCodes, native } from '@flambeau/native';
import { type ModeGuard, within } from '../autograd/gradMode.js';
import { type DeviceType, type DType, dtypeOf } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';

/** What {@link autocast} is given. */
export interface AutocastOptions {
  /** The devices whose operators choose the dtype. */
  readonly deviceType: DeviceType;
  /** What to compute in. Default: bfloat16 on a CPU, float16 on a GPU. */
  readonly dtype?: AutocastDType;
  /** False switches an autocast around this one off. Default: true. */
  readonly enabled?: boolean;
  /**
   * Keeps the cast of a float32 weight until the outermost autocast ends, so that one used often
   * is cast once. Default: as around it, at first true.
   */
  readonly cacheEnabled?: boolean;
}

/** What autocast can compute in. */
export type AutocastDType = 'bfloat16' | 'float16';

const dtypes: readonly DType[] = ['bfloat16', 'float16'];

/**
 * Mixed precision: matrix products, linear layers and convolutions of floating tensors compute in
 * a short dtype, while losses, norms and what else needs the range do so in float32; libtorch
 * decides which, as for Python's `torch.autocast`. Models and inputs stay float32.
 *
 * ```ts
 * const loss = amp.autocast('cpu', () => nn.functional.crossEntropy(model.call(x), y));
 * loss.backward(); // outside: the gradients take the dtypes of the forward pass
 * ```
 *
 * Without `fn` it lasts to the end of the block: `using _ = amp.autocast('cuda');`. The state is
 * that of the thread, and is as before when `fn` throws. For cuda it is a warning and does nothing
 * where there is no GPU.
 *
 * @throws TypeError for an async `fn`, a dtype other than bfloat16 and float16, or an unknown
 * option; a DeviceError for a device without autocast.
 */
export function autocast(target: DeviceType | AutocastOptions): ModeGuard;
export function autocast<T>(target: DeviceType | AutocastOptions, fn: () => T): T;
export function autocast<T>(target: DeviceType | AutocastOptions, fn?: () => T): T | ModeGuard {
  const options = typeof target === 'string' ? { deviceType: target } : target;
  checkOptions('autocast', options, ['deviceType', 'dtype', 'enabled', 'cacheEnabled']);
  const { deviceType } = options;
  const before = native.autocastState(deviceType);
  native.autocastBegin(deviceType, stateFor(options, before));
  return within(() => native.autocastEnd(deviceType, before), fn);
}

function stateFor(options: AutocastOptions, before: AutocastState): AutocastState {
  const { deviceType, dtype, enabled = true, cacheEnabled = before.cacheEnabled } = options;
  if (dtype !== undefined && enabled && !dtypes.includes(dtype)) {
    throw new TypeError(`autocast computes in ${dtypes.join(' or ')}, got ${dtype}`);
  }
  const missing = enabled && deviceType === 'cuda' && !native.cudaIsAvailable();
  if (missing) {
    process.emitWarning('autocast for cuda does nothing: no GPU is available', 'TorchWarning');
  }
  return {
    enabled: enabled && !missing,
    dtype: dtype === undefined ? before.dtype : dtypeCodes[dtype],
    cacheEnabled,
  };
}

/** Does libtorch have autocast for these devices? It may, where none of them is present. */
export function isAutocastAvailable(deviceType: DeviceType): boolean {
  return native.isAutocastAvailable(deviceType);
}

/** Is an {@link autocast} for these devices in effect? */
export function isAutocastEnabled(deviceType: DeviceType): boolean {
  return native.autocastState(deviceType).enabled;
}

/** What an {@link autocast} in effect computes in, or the next one does unless told otherwise. */
export function getAutocastDtype(deviceType: DeviceType): DType {
  return dtypeOf(native.autocastState(deviceType).dtype);
}

/** Forgets the casts of weights, such as when weights change within an {@link autocast}. */
export function clearAutocastCache(): void {
  native.clearAutocastCache();
}
