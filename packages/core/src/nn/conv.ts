import { inspect } from 'node:util';
import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { functions } from '../ops/install.js';
import { wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { ConvNd, type ConvNdOptions, type PaddingMode } from './convNd.js';
import { handleOf } from './functional/handles.js';
import { expandSize, type SpatialDims, type SpatialSize } from './sizes.js';

export interface ConvOptions extends ConvNdOptions {
  /**
   * How far the input is extended on both sides; 'valid' not at all; 'same' so that the output has
   * the input's size, for a stride of 1. Default 0.
   */
  padding?: SpatialSize | 'same' | 'valid';
  /** Default 'zeros'. */
  paddingMode?: PaddingMode;
}

const paddingModes: readonly PaddingMode[] = ['zeros', 'reflect', 'replicate', 'circular'];

abstract class Conv extends ConvNd<[input: Tensor]> {
  /** How much to extend each side, the last dimension first, as `pad` takes it. */
  private readonly around: readonly number[];
  private readonly dims: SpatialDims;

  constructor(
    dims: SpatialDims,
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvOptions,
  ) {
    const { padding = 0, paddingMode = 'zeros' } = options;
    const owner = new.target.name;
    if (!paddingModes.includes(paddingMode)) {
      throw new RangeError(
        `${owner}: paddingMode must be '${paddingModes.join("', '")}', got ${inspect(paddingMode)}`,
      );
    }
    super(dims, inChannels, outChannels, kernelSize, options, {
      transposed: false,
      padding: typeof padding === 'string' ? padding : expandSize(owner, 'padding', padding, dims),
      outputPadding: new Array(dims).fill(0),
      paddingMode,
    });
    this.dims = dims;
    this.around = this.paddingAround();
  }

  private paddingAround(): number[] {
    const { padding, stride } = this;
    if (typeof padding !== 'string') return padding.toReversed().flatMap((size) => [size, size]);
    if (padding === 'valid') return new Array(2 * this.dims).fill(0);
    const owner = this.constructor.name;
    if (padding !== 'same') {
      throw new RangeError(
        `${owner}: padding must be whole numbers, 'same' or 'valid', got ${inspect(padding)}`,
      );
    }
    if (stride.some((step) => step !== 1)) {
      throw new RangeError(
        `${owner}: padding 'same' needs a stride of 1, got [${stride.join(', ')}]`,
      );
    }
    const totals = this.kernelSize.map((size, i) => (this.dilation[i] ?? 1) * (size - 1));
    return totals.toReversed().flatMap((total) => [Math.floor(total / 2), Math.ceil(total / 2)]);
  }

  protected override forward(input: Tensor): Tensor {
    const handle = handleOf(this.constructor.name, 'input', input);
    if (this.paddingMode === 'zeros') return this.convolve(handle, this.padding);
    const padded = functions.nn.pad(input, this.around, this.paddingMode);
    return this.convolve(padded.handle, new Array(this.dims).fill(0));
  }

  private convolve(input: Handle, padding: string | readonly number[]): Tensor {
    const overload = typeof padding === 'string' ? 'padding' : '';
    return wrap(
      aten(`conv${this.dims}d`, overload)(
        input,
        this.weight.handle,
        this.bias?.handle ?? null,
        this.stride,
        padding,
        this.dilation,
        this.groups,
      ) as Handle,
    );
  }
}

/**
 * Cross-correlation of a signal with learned kernels, plus a bias.
 *
 * `[batch, inChannels, length]`, or without batch, to `[batch, outChannels, newLength]`, where
 * newLength = floor((length + 2 padding - dilation (kernelSize - 1) - 1) / stride + 1). Weight and
 * bias begin as U(-b, b) with b = 1/sqrt(inChannels / groups · kernelSize).
 */
export class Conv1d extends Conv {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/** {@link Conv1d} of images, `[batch, inChannels, height, width]` or without batch. */
export class Conv2d extends Conv {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/** {@link Conv1d} of volumes, `[batch, inChannels, depth, height, width]` or without batch. */
export class Conv3d extends Conv {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
