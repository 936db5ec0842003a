import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import { Conv1d, Conv2d, Conv3d, type ConvOptions } from './conv.js';
import { type ConvNd, type ConvNdOptions, checkGroups, weightShape } from './convNd.js';
import {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type ConvTransposeOptions,
} from './convTranspose.js';
import { initializeAtFirstCall } from './lazy.js';
import { shapeText } from './shapes.js';
import type { SpatialSize } from './sizes.js';
import { UninitializedParameter } from './uninitialized.js';

/** A layer of no channels and without bias becomes one of `outChannels` at its first call. */
function beLazy<In extends readonly unknown[]>(
  layer: ConvNd<In>,
  plain: { readonly prototype: object },
  outChannels: number,
  options: ConvNdOptions,
): void {
  const owner = layer.constructor.name;
  const { bias = true, device, dtype } = options;
  checkSize(owner, 'outChannels', outChannels);
  checkGroups(owner, layer.groups, { outChannels });
  layer.weight.dispose();
  layer.weight = new UninitializedParameter({ device, dtype });
  layer.bias = bias ? new UninitializedParameter({ device, dtype }) : null;
  Object.assign(layer, { outChannels });
  initializeAtFirstCall(layer, plain, (input) => {
    const inChannels = channelsOf(owner, input, layer.kernelSize.length);
    checkGroups(owner, layer.groups, { inChannels });
    const weight = weightShape({ ...layer, inChannels, outChannels });
    return { sizes: { inChannels }, shapes: { weight, bias: [outChannels] } };
  });
}

function channelsOf(owner: string, input: Tensor, dims: number): number {
  if (input.ndim === dims + 1) return input.size(0);
  if (input.ndim === dims + 2) return input.size(1);
  throw new RangeError(
    `${owner}: the input must have ${dims + 1} or ${dims + 2} dimensions, got shape ${shapeText(input)}`,
  );
}

/** A {@link Conv1d} that takes its `inChannels` from the first input. */
export class LazyConv1d extends Conv1d {
  constructor(outChannels: number, kernelSize: SpatialSize, options: ConvOptions = {}) {
    super(0, 0, kernelSize, { ...options, bias: false });
    beLazy(this, Conv1d, outChannels, options);
  }
}

/** A {@link Conv2d} that takes its `inChannels` from the first input. */
export class LazyConv2d extends Conv2d {
  constructor(outChannels: number, kernelSize: SpatialSize, options: ConvOptions = {}) {
    super(0, 0, kernelSize, { ...options, bias: false });
    beLazy(this, Conv2d, outChannels, options);
  }
}

/** A {@link Conv3d} that takes its `inChannels` from the first input. */
export class LazyConv3d extends Conv3d {
  constructor(outChannels: number, kernelSize: SpatialSize, options: ConvOptions = {}) {
    super(0, 0, kernelSize, { ...options, bias: false });
    beLazy(this, Conv3d, outChannels, options);
  }
}

/** A {@link ConvTranspose1d} that takes its `inChannels` from the first input. */
export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(outChannels: number, kernelSize: SpatialSize, options: ConvTransposeOptions = {}) {
    super(0, 0, kernelSize, { ...options, bias: false });
    beLazy(this, ConvTranspose1d, outChannels, options);
  }
}

/** A {@link ConvTranspose2d} that takes its `inChannels` from the first input. */
export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(outChannels: number, kernelSize: SpatialSize, options: ConvTransposeOptions = {}) {
    super(0, 0, kernelSize, { ...options, bias: false });
    beLazy(this, ConvTranspose2d, outChannels, options);
  }
}

/** A {@link ConvTranspose3d} that takes its `inChannels` from the first input. */
export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(outChannels: number, kernelSize: SpatialSize, options: ConvTransposeOptions = {}) {
    super(0, 0, kernelSize, { ...options, bias: false });
    beLazy(this, ConvTranspose3d, outChannels, options);
  }
}
