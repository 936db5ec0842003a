import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { type IndicesOption, type Pooled, pooled } from './functional/pooled.js';
import {
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1dWithIndices,
  adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3dWithIndices,
} from './functional/pooling.js';
import { Module } from './module.js';
import { type AdaptiveSize, checkAdaptiveSize } from './poolSizes.js';
import { pythonSize, type SpatialDims, type SpatialSize } from './sizes.js';

abstract class AdaptivePool<Out> extends Module<[input: Tensor], Out> {
  readonly outputSize: AdaptiveSize;

  constructor(dims: SpatialDims, outputSize: AdaptiveSize) {
    super();
    checkAdaptiveSize(this.constructor.name, outputSize, dims);
    this.outputSize = outputSize;
  }

  protected override extraRepr(): string {
    return `output_size=${pythonSize(this.outputSize)}`;
  }
}

/** The mean of `outputSize` windows that together cover each signal: `[batch, channels, length]`. */
export class AdaptiveAvgPool1d extends AdaptivePool<Tensor> {
  declare readonly outputSize: SpatialSize;

  constructor(outputSize: SpatialSize) {
    super(1, outputSize);
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.adaptiveAvgPool1d(input, this.outputSize);
  }
}

/** {@link AdaptiveAvgPool1d} of images, `[batch, channels, height, width]` or without batch. */
export class AdaptiveAvgPool2d extends AdaptivePool<Tensor> {
  /** @param outputSize null for a dimension keeps its size */
  constructor(outputSize: AdaptiveSize) {
    super(2, outputSize);
  }

  protected override forward(input: Tensor): Tensor {
    return adaptiveAvgPool2d(input, this.outputSize);
  }
}

/** {@link AdaptiveAvgPool1d} of volumes, `[batch, channels, depth, height, width]` or without batch. */
export class AdaptiveAvgPool3d extends AdaptivePool<Tensor> {
  /** @param outputSize null for a dimension keeps its size */
  constructor(outputSize: AdaptiveSize) {
    super(3, outputSize);
  }

  protected override forward(input: Tensor): Tensor {
    return adaptiveAvgPool3d(input, this.outputSize);
  }
}

const maxPools = {
  1: adaptiveMaxPool1dWithIndices,
  2: adaptiveMaxPool2dWithIndices,
  3: adaptiveMaxPool3dWithIndices,
} as const;

abstract class AdaptiveMaxPool<Indices extends boolean> extends AdaptivePool<Pooled<Indices>> {
  readonly returnIndices: boolean;
  private readonly dims: SpatialDims;

  constructor(dims: SpatialDims, outputSize: AdaptiveSize, options: IndicesOption<Indices>) {
    super(dims, outputSize);
    this.dims = dims;
    this.returnIndices = options.returnIndices ?? false;
  }

  protected override forward(input: Tensor): Pooled<Indices> {
    return pooled(maxPools[this.dims](input, this.outputSize), this);
  }
}

/** The largest value of `outputSize` windows that together cover each signal. */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  constructor(outputSize: SpatialSize, options: IndicesOption<Indices> = {}) {
    super(1, outputSize, options);
  }
}

/** {@link AdaptiveMaxPool1d} of images, `[batch, channels, height, width]` or without batch. */
export class AdaptiveMaxPool2d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  /** @param outputSize null for a dimension keeps its size */
  constructor(outputSize: AdaptiveSize, options: IndicesOption<Indices> = {}) {
    super(2, outputSize, options);
  }
}

/** {@link AdaptiveMaxPool1d} of volumes, `[batch, channels, depth, height, width]` or without batch. */
export class AdaptiveMaxPool3d<Indices extends boolean = false> extends AdaptiveMaxPool<Indices> {
  /** @param outputSize null for a dimension keeps its size */
  constructor(outputSize: AdaptiveSize, options: IndicesOption<Indices> = {}) {
    super(3, outputSize, options);
  }
}
