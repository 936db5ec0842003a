import type { Device, DType } from '../tensor/dtype.js';
import { ones_, zeros_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';

interface AffineOptions {
  readonly affine: boolean;
  readonly bias: boolean;
  readonly device?: Device | undefined;
  readonly dtype?: DType | undefined;
}

/** What normalisations have in common that scale and shift what they give. */
export abstract class AffineNorm extends Module {
  /** Scale, first 1; none where the layer is not affine. */
  weight: Parameter | null = null;
  /** Shift, first 0. */
  bias: Parameter | null = null;

  /** Makes the parameters, whose values {@link resetParameters} gives to them. */
  protected makeAffine(shape: readonly number[], options: AffineOptions): void {
    const { affine, bias, device, dtype } = options;
    this.weight = affine ? emptyParameter(shape, { device, dtype }) : null;
    this.bias = affine && bias ? emptyParameter(shape, { device, dtype }) : null;
  }

  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }
}
