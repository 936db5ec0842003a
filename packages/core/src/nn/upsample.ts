import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import {
  type InterpolateCall,
  type InterpolationMode,
  interpolate,
} from './functional/interpolate.js';
import { Module } from './module.js';
import { pythonSize, pythonTuple, type SpatialSize } from './sizes.js';

export type UpsampleOptions = Omit<InterpolateCall, 'antialias'>;

/** Makes `[batch, channels, *]` larger or smaller, to a size or by a factor. */
export class Upsample extends Module {
  readonly size: SpatialSize | null;
  readonly scaleFactor: SpatialSize | null;
  readonly mode: InterpolationMode;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor(options: UpsampleOptions) {
    super();
    this.size = options.size ?? null;
    this.scaleFactor = options.scaleFactor ?? null;
    this.mode = options.mode ?? 'nearest';
    this.alignCorners = options.alignCorners ?? null;
    this.recomputeScaleFactor = options.recomputeScaleFactor ?? null;
  }

  protected override forward(input: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(input, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  protected override extraRepr(): string {
    const mode = this.mode === 'nearestExact' ? 'nearest-exact' : this.mode;
    return `${this.target()}, mode='${mode}'`;
  }

  private target(): string {
    const { size, scaleFactor } = this;
    if (scaleFactor === null) return `size=${pythonSize(size)}`;
    if (typeof scaleFactor === 'number') return `scale_factor=${shortest(scaleFactor)}`;
    return `scale_factor=${pythonTuple(scaleFactor.map(shortest))}`;
  }
}

type ImageSize = Pick<UpsampleOptions, 'size' | 'scaleFactor'>;

/** {@link Upsample} of images by their nearest values. */
export class UpsamplingNearest2d extends Upsample {
  constructor(options: ImageSize) {
    super({ ...options, mode: 'nearest' });
  }
}

/** {@link Upsample} of images, bilinear, with aligned corners. */
export class UpsamplingBilinear2d extends Upsample {
  constructor(options: ImageSize) {
    super({ ...options, mode: 'bilinear', alignCorners: true });
  }
}
