import type { Handle } from '@flambeau/native';
import { aten } from '../ops/aten.js';
import { wrap } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { ConvNd, type ConvNdOptions } from './convNd.js';
import { handleOf } from './functional/handles.js';
import { shapeText } from './shapes.js';
import { expandSize, type SpatialDims, type SpatialSize } from './sizes.js';

export interface ConvTransposeOptions extends ConvNdOptions {
  /** How much of the full output is cut off on both sides. Default 0. */
  padding?: SpatialSize;
  /** How much the output is longer at its end. Default 0. */
  outputPadding?: SpatialSize;
}

type TransposeInputs = [input: Tensor, outputSize?: readonly number[]];

abstract class ConvTranspose extends ConvNd<TransposeInputs> {
  declare readonly padding: readonly number[];
  private readonly dims: SpatialDims;

  constructor(
    dims: SpatialDims,
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvTransposeOptions,
  ) {
    const { padding = 0, outputPadding = 0 } = options;
    const owner = new.target.name;
    super(dims, inChannels, outChannels, kernelSize, options, {
      transposed: true,
      padding: expandSize(owner, 'padding', padding, dims),
      outputPadding: expandSize(owner, 'outputPadding', outputPadding, dims),
      paddingMode: 'zeros',
    });
    this.dims = dims;
  }

  /**
   * @param outputSize the spatial size, or the whole shape, that the output shall have, instead of
   *   the one that `outputPadding` gives
   * @throws RangeError for a size that no `outputPadding` below the stride can give
   */
  protected override forward(input: Tensor, outputSize?: readonly number[]): Tensor {
    const handle = handleOf(this.constructor.name, 'input', input);
    // libtorch gives the overloads of images and volumes a name of their own.
    const overload = this.dims === 1 ? '' : 'input';
    return wrap(
      aten(`conv_transpose${this.dims}d`, overload)(
        handle,
        this.weight.handle,
        this.bias?.handle ?? null,
        this.stride,
        this.padding,
        outputSize === undefined ? this.outputPadding : this.paddingFor(input, outputSize),
        this.groups,
        this.dilation,
      ) as Handle,
    );
  }

  private paddingFor(input: Tensor, outputSize: readonly number[]): number[] {
    const dims = this.dims;
    const owner = this.constructor.name;
    const leading = input.ndim - dims;
    if (outputSize.length !== dims && outputSize.length !== dims + leading) {
      throw new RangeError(
        `${owner}: outputSize must have ${dims} or ${dims + leading} numbers, got [${outputSize.join(', ')}]`,
      );
    }
    const wanted = outputSize.slice(-dims);
    const least = this.smallestOutput(input.shape.slice(leading));
    const extra = wanted.map((size, i) => size - (least[i] ?? 0));
    if (extra.some((size, i) => !Number.isInteger(size) || size < 0 || size >= this.step(i))) {
      const most = least.map((size, i) => size + this.step(i) - 1);
      throw new RangeError(
        `${owner}: outputSize must be from [${least.join(', ')}] to [${most.join(', ')}] for an input ` +
          `of shape ${shapeText(input)}, got [${wanted.join(', ')}]`,
      );
    }
    return extra;
  }

  private step(i: number): number {
    return this.stride[i] ?? 1;
  }

  private smallestOutput(spatial: readonly number[]): number[] {
    const { kernelSize, padding, dilation } = this;
    return spatial.map((size, i) => {
      const reach = (dilation[i] ?? 1) * ((kernelSize[i] ?? 1) - 1);
      return (size - 1) * this.step(i) - 2 * (padding[i] ?? 0) + reach + 1;
    });
  }
}

/**
 * The gradient of a convolution with respect to its input, as a layer: each input value adds a
 * scaled kernel to the output (Zeiler et al. 2010).
 *
 * `[batch, inChannels, length]`, or without batch, to `[batch, outChannels, newLength]`, where
 * newLength = (length - 1) stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1.
 * `call(input, outputSize)` chooses among the sizes that the same convolution would map to the
 * input. Weight and bias begin as U(-b, b) with b = 1/sqrt(outChannels / groups · kernelSize).
 */
export class ConvTranspose1d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvTransposeOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }
}

/** {@link ConvTranspose1d} of images, `[batch, inChannels, height, width]` or without batch. */
export class ConvTranspose2d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvTransposeOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }
}

/** {@link ConvTranspose1d} of volumes, `[batch, inChannels, depth, height, width]` or without batch. */
export class ConvTranspose3d extends ConvTranspose {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvTransposeOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }
}
