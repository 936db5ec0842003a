import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import { uniform_ } from './init.js';
import type { LinearOptions } from './linear.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';
import { pythonBool } from './text.js';

/**
 * y = x1ᵀ A x2 + b: `[*, in1Features]` and `[*, in2Features]` to `[*, outFeatures]`.
 *
 * Weight and bias begin as U(-1/sqrt(in1Features), 1/sqrt(in1Features)).
 */
export class Bilinear extends Module<[input1: Tensor, input2: Tensor]> {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  /** `[outFeatures, in1Features, in2Features]` */
  weight: Parameter;
  /** `[outFeatures]` */
  bias: Parameter | null;

  /** @throws RangeError for sizes that are not whole, or `in1Features` 0 */
  constructor(
    in1Features: number,
    in2Features: number,
    outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    checkSize('Bilinear', 'in1Features', in1Features);
    checkSize('Bilinear', 'in2Features', in2Features);
    checkSize('Bilinear', 'outFeatures', outFeatures);
    if (in1Features === 0) throw new RangeError('Bilinear: in1Features must be positive, got 0');
    const { bias = true, ...factory } = options;
    this.in1Features = in1Features;
    this.in2Features = in2Features;
    this.outFeatures = outFeatures;
    this.weight = emptyParameter([outFeatures, in1Features, in2Features], factory);
    this.bias = bias ? emptyParameter([outFeatures], factory) : null;
    this.resetParameters();
  }

  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  protected override forward(input1: Tensor, input2: Tensor): Tensor {
    return functions.torch.bilinear(input1, input2, this.weight, this.bias);
  }

  protected override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, bias=${pythonBool(bias !== null)}`;
  }
}
