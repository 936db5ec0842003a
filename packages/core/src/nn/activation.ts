import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import * as F from './functional/activations.js';
import { constant_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';

export type ActivationOptions = F.InplaceOption;

/** An activation that can overwrite its input. */
abstract class InplaceActivation extends Module {
  readonly inplace: boolean;

  constructor(options: ActivationOptions = {}) {
    super();
    this.inplace = options.inplace ?? false;
  }

  /** The arguments beside `inplace`, as Python prints them. */
  protected argumentTexts(): readonly string[] {
    return [];
  }

  protected override extraRepr(): string {
    const inplace = this.inplace ? ['inplace=True'] : [];
    return [...this.argumentTexts(), ...inplace].join(', ');
  }
}

/** max(x, 0), element by element. */
export class ReLU extends InplaceActivation {
  protected override forward(input: Tensor): Tensor {
    return F.relu(input, { inplace: this.inplace });
  }
}

/** min(max(x, 0), 6), element by element. */
export class ReLU6 extends InplaceActivation {
  protected override forward(input: Tensor): Tensor {
    return F.relu6(input, { inplace: this.inplace });
  }
}

/** x σ(x), element by element; also named swish. */
export class SiLU extends InplaceActivation {
  protected override forward(input: Tensor): Tensor {
    return F.silu(input, { inplace: this.inplace });
  }
}

/** x tanh(softplus(x)), element by element (Misra 2019). */
export class Mish extends InplaceActivation {
  protected override forward(input: Tensor): Tensor {
    return F.mish(input, { inplace: this.inplace });
  }
}

/** ELU scaled so that activations keep mean 0 and variance 1 (Klambauer et al. 2017). */
export class SELU extends InplaceActivation {
  protected override forward(input: Tensor): Tensor {
    return F.selu(input, { inplace: this.inplace });
  }
}

/** min(max(x + 3, 0), 6) / 6, element by element. */
export class Hardsigmoid extends InplaceActivation {
  protected override forward(input: Tensor): Tensor {
    return F.hardsigmoid(input, { inplace: this.inplace });
  }

  protected override extraRepr(): string {
    return '';
  }
}

/** x min(max(x + 3, 0), 6) / 6, element by element (Howard et al. 2019). */
export class Hardswish extends InplaceActivation {
  protected override forward(input: Tensor): Tensor {
    return F.hardswish(input, { inplace: this.inplace });
  }

  protected override extraRepr(): string {
    return '';
  }
}

/** x where x > 0, else alpha (eˣ - 1) (Clevert et al. 2015). */
export class ELU extends InplaceActivation {
  readonly alpha: number;

  constructor(alpha = 1, options: ActivationOptions = {}) {
    super(options);
    this.alpha = alpha;
  }

  protected override forward(input: Tensor): Tensor {
    return F.elu(input, this.alpha, { inplace: this.inplace });
  }

  protected override argumentTexts(): readonly string[] {
    return [`alpha=${shortest(this.alpha)}`];
  }
}

/** max(x, 0) + min(0, alpha (e^(x/alpha) - 1)), element by element (Barron 2017). */
export class CELU extends InplaceActivation {
  readonly alpha: number;

  constructor(alpha = 1, options: ActivationOptions = {}) {
    super(options);
    this.alpha = alpha;
  }

  protected override forward(input: Tensor): Tensor {
    return F.celu(input, this.alpha, { inplace: this.inplace });
  }

  protected override argumentTexts(): readonly string[] {
    return [`alpha=${shortest(this.alpha)}`];
  }
}

/** x where x > 0, else negativeSlope x. */
export class LeakyReLU extends InplaceActivation {
  readonly negativeSlope: number;

  constructor(negativeSlope = 0.01, options: ActivationOptions = {}) {
    super(options);
    this.negativeSlope = negativeSlope;
  }

  protected override forward(input: Tensor): Tensor {
    return F.leakyRelu(input, this.negativeSlope, { inplace: this.inplace });
  }

  protected override argumentTexts(): readonly string[] {
    return [`negative_slope=${shortest(this.negativeSlope)}`];
  }
}

/** x clamped to [minVal, maxVal]. */
export class Hardtanh extends InplaceActivation {
  readonly minVal: number;
  readonly maxVal: number;

  /** @throws RangeError unless `maxVal` is greater than `minVal` */
  constructor(minVal = -1, maxVal = 1, options: ActivationOptions = {}) {
    super(options);
    if (!(maxVal > minVal)) {
      throw new RangeError(
        `Hardtanh: maxVal must be greater than minVal, got ${maxVal} and ${minVal}`,
      );
    }
    this.minVal = minVal;
    this.maxVal = maxVal;
  }

  protected override forward(input: Tensor): Tensor {
    return F.hardtanh(input, this.minVal, this.maxVal, { inplace: this.inplace });
  }

  protected override argumentTexts(): readonly string[] {
    return [`min_val=${shortest(this.minVal)}`, `max_val=${shortest(this.maxVal)}`];
  }
}

/** x where x > threshold, else value. */
export class Threshold extends InplaceActivation {
  readonly threshold: number;
  readonly value: number;

  constructor(threshold: number, value: number, options: ActivationOptions = {}) {
    super(options);
    this.threshold = threshold;
    this.value = value;
  }

  protected override forward(input: Tensor): Tensor {
    return F.threshold(input, this.threshold, this.value, { inplace: this.inplace });
  }

  protected override argumentTexts(): readonly string[] {
    return [`threshold=${shortest(this.threshold)}`, `value=${shortest(this.value)}`];
  }
}

/**
 * x where x ≥ 0, else a x; in training each a is drawn from U(lower, upper), in evaluation it is
 * their mean (Xu et al. 2015).
 */
export class RReLU extends InplaceActivation {
  readonly lower: number;
  readonly upper: number;

  constructor(lower = 1 / 8, upper = 1 / 3, options: ActivationOptions = {}) {
    super(options);
    this.lower = lower;
    this.upper = upper;
  }

  protected override forward(input: Tensor): Tensor {
    const { lower, upper, training, inplace } = this;
    return F.rrelu(input, lower, upper, { training, inplace });
  }

  protected override argumentTexts(): readonly string[] {
    return [`lower=${shortest(this.lower)}`, `upper=${shortest(this.upper)}`];
  }
}

/** 1 / (1 + e^-x), element by element. */
export class Sigmoid extends Module {
  protected override forward(input: Tensor): Tensor {
    return functions.torch.sigmoid(input);
  }
}

/** log σ(x), element by element. */
export class LogSigmoid extends Module {
  protected override forward(input: Tensor): Tensor {
    return functions.nn.logSigmoid(input);
  }
}

/** tanh(x), element by element. */
export class Tanh extends Module {
  protected override forward(input: Tensor): Tensor {
    return functions.torch.tanh(input);
  }
}

/** x - tanh(x), element by element. */
export class Tanhshrink extends Module {
  protected override forward(input: Tensor): Tensor {
    return F.tanhshrink(input);
  }
}

/** x / (1 + |x|), element by element. */
export class Softsign extends Module {
  protected override forward(input: Tensor): Tensor {
    return F.softsign(input);
  }
}

export interface GELUOptions {
  /** 'tanh' approximates the normal distribution function by tanh. Default 'none'. */
  approximate?: 'none' | 'tanh';
}

/** x Φ(x), with the normal distribution function Φ (Hendrycks and Gimpel 2016). */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh';

  constructor(options: GELUOptions = {}) {
    super();
    this.approximate = options.approximate ?? 'none';
  }

  protected override forward(input: Tensor): Tensor {
    return functions.nn.gelu(input, { approximate: this.approximate });
  }

  protected override extraRepr(): string {
    return `approximate='${this.approximate}'`;
  }
}

/** log(1 + e^(beta x)) / beta; x itself where beta x > threshold. */
export class Softplus extends Module {
  readonly beta: number;
  readonly threshold: number;

  constructor(beta = 1, threshold = 20) {
    super();
    this.beta = beta;
    this.threshold = threshold;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.nn.softplus(input, this.beta, this.threshold);
  }

  protected override extraRepr(): string {
    return `beta=${shortest(this.beta)}, threshold=${shortest(this.threshold)}`;
  }
}

/** x where |x| > lambd, else 0. */
export class Hardshrink extends Module {
  readonly lambd: number;

  constructor(lambd = 0.5) {
    super();
    this.lambd = lambd;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.hardshrink(input, this.lambd);
  }

  protected override extraRepr(): string {
    return shortest(this.lambd);
  }
}

/** x - lambd where x > lambd, x + lambd where x < -lambd, else 0. */
export class Softshrink extends Module {
  readonly lambd: number;

  constructor(lambd = 0.5) {
    super();
    this.lambd = lambd;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.nn.softshrink(input, this.lambd);
  }

  protected override extraRepr(): string {
    return shortest(this.lambd);
  }
}

/** a σ(b), where a and b are the halves of the input along `dim` (Dauphin et al. 2016). */
export class GLU extends Module {
  readonly dim: number;

  constructor(dim = -1) {
    super();
    this.dim = dim;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.nn.glu(input, this.dim);
  }

  protected override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}

export interface PReLUOptions {
  /** The slopes begin with this value. Default 0.25. */
  init?: number;
  device?: Device;
  dtype?: DType;
}

/**
 * x where x ≥ 0, else a x, with a learned slope a for all or for each channel (He et al. 2015).
 * Takes `[batch, channels, *]` or any shape where there is one slope.
 */
export class PReLU extends Module {
  readonly numParameters: number;
  readonly init: number;
  /** The slopes, `[numParameters]`. */
  weight: Parameter;

  constructor(numParameters = 1, options: PReLUOptions = {}) {
    super();
    checkSize('PReLU', 'numParameters', numParameters);
    const { init = 0.25, ...factory } = options;
    this.numParameters = numParameters;
    this.init = init;
    this.weight = emptyParameter([numParameters], factory);
    this.resetParameters();
  }

  resetParameters(): void {
    constant_(this.weight, this.init);
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.prelu(input, this.weight);
  }

  protected override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}
