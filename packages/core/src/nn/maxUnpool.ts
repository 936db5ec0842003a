import type { Tensor } from '../tensor/tensor.js';
import { maxUnpool1d, maxUnpool2d, maxUnpool3d, type UnpoolCall } from './functional/unpooling.js';
import { Module } from './module.js';
import { expandSize, pythonTuple, type SpatialDims, type SpatialSize } from './sizes.js';

export type MaxUnpoolOptions = Omit<UnpoolCall, 'outputSize'>;

type UnpoolInputs = [input: Tensor, indices: Tensor, outputSize?: readonly number[]];

const unpools = { 1: maxUnpool1d, 2: maxUnpool2d, 3: maxUnpool3d } as const;

abstract class MaxUnpool extends Module<UnpoolInputs> {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  private readonly dims: SpatialDims;

  constructor(dims: SpatialDims, kernelSize: SpatialSize, options: MaxUnpoolOptions) {
    super();
    const owner = this.constructor.name;
    this.dims = dims;
    this.kernelSize = expandSize(owner, 'kernelSize', kernelSize, dims, 1);
    this.stride = expandSize(owner, 'stride', options.stride ?? kernelSize, dims, 1);
    this.padding = expandSize(owner, 'padding', options.padding ?? 0, dims);
  }

  protected override forward(
    input: Tensor,
    indices: Tensor,
    outputSize?: readonly number[],
  ): Tensor {
    const { kernelSize, stride, padding } = this;
    return unpools[this.dims](input, indices, kernelSize, { stride, padding, outputSize });
  }

  protected override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${pythonTuple(kernelSize)}, stride=${pythonTuple(stride)}, padding=${pythonTuple(padding)}`;
  }
}

/**
 * Puts the values that `MaxPool1d` with `returnIndices` gave back where they came from, and 0
 * elsewhere. `call(values, indices, outputSize)` chooses the size where the stride leaves it open.
 */
export class MaxUnpool1d extends MaxUnpool {
  constructor(kernelSize: SpatialSize, options: MaxUnpoolOptions = {}) {
    super(1, kernelSize, options);
  }
}

/** {@link MaxUnpool1d} of images. */
export class MaxUnpool2d extends MaxUnpool {
  constructor(kernelSize: SpatialSize, options: MaxUnpoolOptions = {}) {
    super(2, kernelSize, options);
  }
}

/** {@link MaxUnpool1d} of volumes. */
export class MaxUnpool3d extends MaxUnpool {
  constructor(kernelSize: SpatialSize, options: MaxUnpoolOptions = {}) {
    super(3, kernelSize, options);
  }
}
