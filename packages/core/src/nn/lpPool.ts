import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LPPoolCall, lpPool1d, lpPool2d, lpPool3d } from './functional/pooling.js';
import { Module } from './module.js';
import { expandSize, pythonSize, type SpatialDims, type SpatialSize } from './sizes.js';
import { pythonBool } from './text.js';

const pools = { 1: lpPool1d, 2: lpPool2d, 3: lpPool3d } as const;

abstract class LPPool extends Module {
  readonly normType: number;
  readonly kernelSize: SpatialSize;
  readonly stride: SpatialSize | null;
  readonly ceilMode: boolean;
  private readonly dims: SpatialDims;

  constructor(dims: SpatialDims, normType: number, kernelSize: SpatialSize, options: LPPoolCall) {
    super();
    const owner = this.constructor.name;
    const { stride = null } = options;
    expandSize(owner, 'kernelSize', kernelSize, dims, 1);
    if (stride !== null) expandSize(owner, 'stride', stride, dims, 1);
    this.dims = dims;
    this.normType = normType;
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.ceilMode = options.ceilMode ?? false;
  }

  protected override forward(input: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return pools[this.dims](input, normType, kernelSize, { stride, ceilMode });
  }

  protected override extraRepr(): string {
    const { normType, kernelSize, stride, ceilMode } = this;
    const norm = Number.isInteger(normType) ? normType : shortest(normType);
    return `norm_type=${norm}, kernel_size=${pythonSize(kernelSize)}, stride=${pythonSize(stride)}, ceil_mode=${pythonBool(ceilMode)}`;
  }
}

/**
 * (Σ x^p)^(1/p) over each window of `[batch, channels, length]`, or without batch; p = 1 is the sum,
 * p = Infinity the largest |x|.
 */
export class LPPool1d extends LPPool {
  /** @param normType the p */
  constructor(normType: number, kernelSize: SpatialSize, options: LPPoolCall = {}) {
    super(1, normType, kernelSize, options);
  }
}

/** {@link LPPool1d} of images, `[batch, channels, height, width]` or without batch. */
export class LPPool2d extends LPPool {
  /** @param normType the p */
  constructor(normType: number, kernelSize: SpatialSize, options: LPPoolCall = {}) {
    super(2, normType, kernelSize, options);
  }
}

/** {@link LPPool1d} of volumes, `[batch, channels, depth, height, width]` or without batch. */
export class LPPool3d extends LPPool {
  /** @param normType the p */
  constructor(normType: number, kernelSize: SpatialSize, options: LPPoolCall = {}) {
    super(3, normType, kernelSize, options);
  }
}
