import type { Device, DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import { drawByFanIn } from './fanIn.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';
import { expandSize, pythonTuple, type SpatialDims, type SpatialSize } from './sizes.js';

/** What surrounds the input: zeros, or values of the input itself. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

export interface ConvNdOptions {
  /** How far the window moves. Default 1. */
  stride?: SpatialSize;
  /** Distance between the elements of the kernel. Default 1. */
  dilation?: SpatialSize;
  /** Splits the channels in as many groups that see nothing of each other. Default 1. */
  groups?: number;
  /** Adds a learned bias to each output channel. Default true. */
  bias?: boolean;
  device?: Device;
  dtype?: DType;
}

interface Layout {
  readonly transposed: boolean;
  readonly padding: readonly number[] | 'same' | 'valid';
  readonly outputPadding: readonly number[];
  readonly paddingMode: PaddingMode;
}

/** What convolutions and transposed convolutions have in common: parameters and text. */
export abstract class ConvNd<In extends readonly unknown[]> extends Module<In> {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | 'same' | 'valid';
  readonly dilation: readonly number[];
  readonly transposed: boolean;
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  /**
   * `[outChannels, inChannels / groups, ...kernelSize]`, transposed
   * `[inChannels, outChannels / groups, ...kernelSize]`
   */
  weight: Parameter;
  /** `[outChannels]` */
  bias: Parameter | null;

  protected constructor(
    dims: SpatialDims,
    inChannels: number,
    outChannels: number,
    kernelSize: SpatialSize,
    options: ConvNdOptions,
    layout: Layout,
  ) {
    super();
    const owner = this.constructor.name;
    const { stride = 1, dilation = 1, groups = 1, bias = true, device, dtype } = options;
    checkSize(owner, 'inChannels', inChannels);
    checkSize(owner, 'outChannels', outChannels);
    checkGroups(owner, groups, { inChannels, outChannels });
    this.inChannels = inChannels;
    this.outChannels = outChannels;
    this.kernelSize = expandSize(owner, 'kernelSize', kernelSize, dims, 1);
    this.stride = expandSize(owner, 'stride', stride, dims, 1);
    this.padding = layout.padding;
    this.dilation = expandSize(owner, 'dilation', dilation, dims, 1);
    this.transposed = layout.transposed;
    this.outputPadding = layout.outputPadding;
    this.groups = groups;
    this.paddingMode = layout.paddingMode;
    this.weight = emptyParameter(weightShape(this), { device, dtype });
    this.bias = bias ? emptyParameter([outChannels], { device, dtype }) : null;
    this.resetParameters();
  }

  /** Draws weight and bias anew, from U(-b, b) with b = 1/sqrt(weight.size(1) · kernel elements). */
  resetParameters(): void {
    drawByFanIn(this.weight, this.bias);
  }

  protected abstract override forward(...inputs: In): Tensor;

  protected override extraRepr(): string {
    const { padding, dilation, outputPadding, groups, paddingMode } = this;
    const parts = [
      `${this.inChannels}`,
      `${this.outChannels}`,
      `kernel_size=${pythonTuple(this.kernelSize)}`,
      `stride=${pythonTuple(this.stride)}`,
    ];
    if (typeof padding === 'string') parts.push(`padding=${padding}`);
    else if (padding.some((size) => size !== 0)) parts.push(`padding=${pythonTuple(padding)}`);
    if (dilation.some((size) => size !== 1)) parts.push(`dilation=${pythonTuple(dilation)}`);
    if (outputPadding.some((size) => size !== 0)) {
      parts.push(`output_padding=${pythonTuple(outputPadding)}`);
    }
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (this.bias === null) parts.push('bias=False');
    if (paddingMode !== 'zeros') parts.push(`padding_mode=${paddingMode}`);
    return parts.join(', ');
  }
}

type Shape = Pick<
  ConvNd<readonly unknown[]>,
  'inChannels' | 'outChannels' | 'groups' | 'kernelSize' | 'transposed'
>;

/** The shape of the weight of a layer. */
export function weightShape(layer: Shape): number[] {
  const { inChannels, outChannels, groups, kernelSize, transposed } = layer;
  const [whole, shared] = transposed ? [inChannels, outChannels] : [outChannels, inChannels];
  return [whole, shared / groups, ...kernelSize];
}

/** @throws RangeError unless `groups` divides all numbers of `channels` */
export function checkGroups(
  owner: string,
  groups: number,
  channels: Readonly<Record<string, number>>,
): void {
  if (!Number.isSafeInteger(groups) || groups < 1) {
    throw new RangeError(`${owner}: groups must be a whole number of at least 1, got ${groups}`);
  }
  for (const [name, count] of Object.entries(channels)) {
    if (count % groups !== 0) {
      throw new RangeError(`${owner}: ${name} must be divisible by ${groups} groups, got ${count}`);
    }
  }
}
