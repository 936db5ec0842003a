import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { expandSize, pythonSize, type SpatialDims, type SpatialSize } from './sizes.js';

interface WindowOptions {
  stride?: SpatialSize;
  padding?: SpatialSize;
  ceilMode?: boolean;
}

/** What the poolings of one value for each window have in common: the window, as it was given. */
export abstract class WindowPool<Out> extends Module<[input: Tensor], Out> {
  readonly kernelSize: SpatialSize;
  readonly stride: SpatialSize;
  readonly padding: SpatialSize;
  readonly ceilMode: boolean;

  constructor(dims: SpatialDims, kernelSize: SpatialSize, options: WindowOptions) {
    super();
    const { stride = kernelSize, padding = 0 } = options;
    const owner = this.constructor.name;
    expandSize(owner, 'kernelSize', kernelSize, dims, 1);
    expandSize(owner, 'stride', stride, dims, 1);
    expandSize(owner, 'padding', padding, dims);
    this.kernelSize = kernelSize;
    this.stride = stride;
    this.padding = padding;
    this.ceilMode = options.ceilMode ?? false;
  }

  protected override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonSize(kernelSize)}, stride=${pythonSize(stride)}, padding=${pythonSize(padding)}`;
  }
}
