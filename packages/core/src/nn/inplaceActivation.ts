import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import * as F from './functional/activations.js';
import { Module } from './module.js';

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

abstract class AlphaActivation extends InplaceActivation {
  readonly alpha: number;

  constructor(alpha = 1, options: ActivationOptions = {}) {
    super(options);
    this.alpha = alpha;
  }

  protected override argumentTexts(): readonly string[] {
    return [`alpha=${shortest(this.alpha)}`];
  }
}

/** x where x > 0, else alpha (eˣ - 1) (Clevert et al. 2015). */
export class ELU extends AlphaActivation {
  protected override forward(input: Tensor): Tensor {
    return F.elu(input, this.alpha, { inplace: this.inplace });
  }
}

/** max(x, 0) + min(0, alpha (e^(x/alpha) - 1)), element by element (Barron 2017). */
export class CELU extends AlphaActivation {
  protected override forward(input: Tensor): Tensor {
    return F.celu(input, this.alpha, { inplace: this.inplace });
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
