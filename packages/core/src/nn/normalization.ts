import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { AffineNorm } from './affineNorm.js';
import { checkSize } from './checks.js';
import { groupNorm } from './functional/normalization.js';
import { ones_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';
import { expandSize, pythonTuple, type SpatialSize } from './sizes.js';
import { pythonBool } from './text.js';

interface FactoryOptions {
  device?: Device;
  dtype?: DType;
}

export interface LayerNormOptions extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learns a scale and a shift for each element. Default true. */
  elementwiseAffine?: boolean;
  /** Learns the shift, where `elementwiseAffine`. Default true. */
  bias?: boolean;
}

function shapeOf(owner: string, shape: SpatialSize): readonly number[] {
  return expandSize(owner, 'normalizedShape', shape, Array.isArray(shape) ? shape.length : 1);
}

/**
 * (x - mean) / sqrt(var + eps) with the biased variance, scaled and shifted, over the last
 * dimensions (Ba, Kiros and Hinton 2016). Weight and bias have the shape `normalizedShape`.
 */
export class LayerNorm extends AffineNorm {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;

  /** @param normalizedShape the sizes of the last dimensions; a number is a single one */
  constructor(normalizedShape: SpatialSize, options: LayerNormOptions = {}) {
    super();
    const { eps = 1e-5, elementwiseAffine = true, bias = true, ...factory } = options;
    this.normalizedShape = shapeOf('LayerNorm', normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.makeAffine(this.normalizedShape, { affine: elementwiseAffine, bias, ...factory });
    this.resetParameters();
  }

  protected override forward(input: Tensor): Tensor {
    const { normalizedShape, weight, bias, eps } = this;
    return functions.torch.layerNorm(input, normalizedShape, weight, bias, eps);
  }

  protected override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine, bias } = this;
    return `${pythonTuple(normalizedShape)}, eps=${shortest(eps)}, elementwise_affine=${pythonBool(elementwiseAffine)}, bias=${pythonBool(bias !== null)}`;
  }
}

export interface RMSNormOptions extends FactoryOptions {
  /** Added to the mean square; null for the smallest step of the input's dtype. Default null. */
  eps?: number | null;
  /** Learns a scale for each element. Default true. */
  elementwiseAffine?: boolean;
}

/** x / sqrt(mean(x²) + eps), scaled, over the last dimensions (Zhang and Sennrich 2019). */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  /** Scale, `normalizedShape`, first 1. */
  weight: Parameter | null;

  /** @param normalizedShape the sizes of the last dimensions; a number is a single one */
  constructor(normalizedShape: SpatialSize, options: RMSNormOptions = {}) {
    super();
    const { eps = null, elementwiseAffine = true, ...factory } = options;
    this.normalizedShape = shapeOf('RMSNorm', normalizedShape);
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = elementwiseAffine ? emptyParameter(this.normalizedShape, factory) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.rmsNorm(input, this.normalizedShape, this.weight, this.eps);
  }

  protected override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine } = this;
    return `${pythonTuple(normalizedShape)}, eps=${eps === null ? 'None' : shortest(eps)}, elementwise_affine=${pythonBool(elementwiseAffine)}`;
  }
}

export interface GroupNormOptions extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learns a scale and a shift for each channel. Default true. */
  affine?: boolean;
  /** Learns the shift, where `affine`. Default true. */
  bias?: boolean;
}

/**
 * (x - mean) / sqrt(var + eps) with the biased variance, over groups of channels of each sample of
 * `[batch, channels, *]`, then scaled and shifted per channel (Wu and He 2018). Weight and bias are
 * `[numChannels]`.
 */
export class GroupNorm extends AffineNorm {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;

  /** @throws RangeError when the channels do not divide into the groups */
  constructor(numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    checkSize('GroupNorm', 'numGroups', numGroups);
    checkSize('GroupNorm', 'numChannels', numChannels);
    if (numChannels % numGroups !== 0) {
      throw new RangeError(
        `GroupNorm: numChannels must be divisible by ${numGroups} groups, got ${numChannels}`,
      );
    }
    const { eps = 1e-5, affine = true, bias = true, ...factory } = options;
    this.numGroups = numGroups;
    this.numChannels = numChannels;
    this.eps = eps;
    this.affine = affine;
    this.makeAffine([numChannels], { affine, bias, ...factory });
    this.resetParameters();
  }

  protected override forward(input: Tensor): Tensor {
    const { numGroups, weight, bias, eps } = this;
    return groupNorm(input, numGroups, { weight, bias, eps });
  }

  protected override extraRepr(): string {
    const { numGroups, numChannels, eps, affine, bias } = this;
    return `${numGroups}, ${numChannels}, eps=${shortest(eps)}, affine=${pythonBool(affine)}, bias=${pythonBool(bias !== null)}`;
  }
}
