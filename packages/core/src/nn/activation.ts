import { functions } from '../ops/install.js';
import type { Device, DType } from '../tensor/dtype.js';
import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize } from './checks.js';
import { softsign, tanhshrink } from './functional/activations.js';
import { constant_ } from './init.js';
import { Module } from './module.js';
import { emptyParameter, type Parameter } from './parameter.js';

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
    return tanhshrink(input);
  }
}

/** x / (1 + |x|), element by element. */
export class Softsign extends Module {
  protected override forward(input: Tensor): Tensor {
    return softsign(input);
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
