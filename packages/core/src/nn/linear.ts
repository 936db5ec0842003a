import type { Device, DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import { drawByFanIn } from './fanIn.js';
import { linear } from './functional/layers.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';
import { pythonBool } from './text.js';

export interface LinearOptions {
  /** Adds a learned bias. Default true. */
  bias?: boolean;
  device?: Device;
  dtype?: DType;
}

/**
 * y = x Wᵀ + b: `[*, inFeatures]` to `[*, outFeatures]`.
 *
 * Weight and bias begin as U(-1/sqrt(inFeatures), 1/sqrt(inFeatures)).
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** `[outFeatures, inFeatures]` */
  weight: Parameter;
  /** `[outFeatures]` */
  bias: Parameter | null;

  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkSize('Linear', 'inFeatures', inFeatures);
    checkSize('Linear', 'outFeatures', outFeatures);
    const { bias = true, ...factory } = options;
    this.inFeatures = inFeatures;
    this.outFeatures = outFeatures;
    this.weight = emptyParameter([outFeatures, inFeatures], factory);
    this.bias = bias ? emptyParameter([outFeatures], factory) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    drawByFanIn(this.weight, this.bias);
  }

  protected override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  protected override extraRepr(): string {
    const { inFeatures, outFeatures, bias } = this;
    return `in_features=${inFeatures}, out_features=${outFeatures}, bias=${pythonBool(bias !== null)}`;
  }
}

/** Gives its input back, whatever it was constructed with. */
export class Identity extends Module {
  protected override forward(input: Tensor): Tensor {
    return input;
  }
}
