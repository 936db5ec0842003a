import {
  type Device,
  type DType,
  isComplex,
  isDevice,
  isDType,
  isFloatingPoint,
  type MemoryFormat,
} from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';

/** What `Module.to` converts to; what is missing stays. */
export interface ModuleTarget {
  readonly device?: Device;
  /** For floating and complex tensors, a floating or complex one. */
  readonly dtype?: DType;
  /**
   * The order of dimensions in memory: 'channelsLast' for tensors `[N, C, H, W]`, 'channelsLast3d'
   * for `[N, C, D, H, W]`, 'contiguousFormat' for both. Other tensors stay as they are.
   */
  readonly memoryFormat?: MemoryFormat;
  /** Lets copies between page-locked memory and a GPU run beside other work. Default false. */
  readonly nonBlocking?: boolean;
}

const ranksOf: Readonly<Record<MemoryFormat, readonly number[]>> = {
  contiguousFormat: [4, 5],
  preserveFormat: [],
  channelsLast: [4],
  channelsLast3d: [5],
};

/**
 * The conversion of one tensor to a target.
 * @throws TypeError for what is neither device nor dtype, and for dtypes that are not trainable
 */
export function conversionTo(target: Device | DType | ModuleTarget): (tensor: Tensor) => Tensor {
  const { device, dtype, memoryFormat, nonBlocking } =
    typeof target === 'string' ? deviceOrDtype(target) : target;
  if (typeof target !== 'string') {
    checkOptions('to', target, ['device', 'dtype', 'memoryFormat', 'nonBlocking']);
  }
  if (dtype !== undefined && !isTrainable(dtype)) {
    throw new TypeError(`a module can be cast to floating or complex dtypes, got ${dtype}`);
  }
  const ranks = memoryFormat === undefined ? [] : ranksOf[memoryFormat];
  if (ranks === undefined) {
    const known = Object.keys(ranksOf).join(', ');
    throw new TypeError(`expected a memoryFormat of ${known}, got '${memoryFormat}'`);
  }
  return (tensor) =>
    tensor.to({
      device,
      dtype: isTrainable(tensor.dtype) ? dtype : undefined,
      memoryFormat: ranks.includes(tensor.ndim) ? memoryFormat : undefined,
      nonBlocking,
    });
}

/** Only such tensors can have a gradient, and are cast with their module. */
function isTrainable(dtype: DType): boolean {
  return isFloatingPoint(dtype) || isComplex(dtype);
}

function deviceOrDtype(name: string): ModuleTarget {
  if (isDType(name)) return { dtype: name };
  if (isDevice(name)) return { device: name };
  throw new TypeError(`expected a device or a dtype, got '${name}'`);
}
