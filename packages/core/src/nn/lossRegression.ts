import type { Tensor } from '../tensor/tensor.js';
import {
  type GaussianNllOptions,
  gaussianNllLoss,
  type PoissonNllOptions,
  poissonNllLoss,
} from './functional/likelihoods.js';
import { huberLoss, l1Loss, mseLoss, smoothL1Loss } from './functional/losses.js';
import type { ReductionOption } from './functional/reduction.js';
import { Loss } from './loss.js';

/** The squared difference of `input` and `target`, of the same shape. */
export class MSELoss extends Loss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return mseLoss(input, target, { reduction: this.reduction });
  }
}

/** The absolute difference of `input` and `target`, of the same shape. */
export class L1Loss extends Loss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return l1Loss(input, target, { reduction: this.reduction });
  }
}

export interface SmoothL1Options extends ReductionOption {
  /** Where the square turns into the line. Default 1. */
  beta?: number;
}

/** 0.5 d²/beta where d = |input - target| is below `beta`, else d - 0.5 beta (Girshick 2015). */
export class SmoothL1Loss extends Loss {
  readonly beta: number;

  constructor(options: SmoothL1Options = {}) {
    super(options);
    this.beta = options.beta ?? 1;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { beta, reduction } = this;
    return smoothL1Loss(input, target, { beta, reduction });
  }
}

export interface HuberLossOptions extends ReductionOption {
  /** Where the square turns into the line. Default 1. */
  delta?: number;
}

/** 0.5 d² where d = |input - target| is below `delta`, else delta (d - 0.5 delta) (Huber 1964). */
export class HuberLoss extends Loss {
  readonly delta: number;

  constructor(options: HuberLossOptions = {}) {
    super(options);
    this.delta = options.delta ?? 1;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { delta, reduction } = this;
    return huberLoss(input, target, { delta, reduction });
  }
}

/**
 * Negative log-likelihood of counts: e^input - target input, or, without `logInput`,
 * input - target log(input + eps).
 */
export class PoissonNLLLoss extends Loss {
  readonly logInput: boolean;
  readonly full: boolean;
  readonly eps: number;

  constructor(options: PoissonNllOptions = {}) {
    super(options);
    this.logInput = options.logInput ?? true;
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-8;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { logInput, full, eps, reduction } = this;
    return poissonNllLoss(input, target, { logInput, full, eps, reduction });
  }
}

/**
 * 0.5 (log var + (input - target)² / var) of normally distributed targets (Nix and Weigend 1994).
 * The variance has the input's shape, lacks its last dimension, has 1 for one, or is one number.
 */
export class GaussianNLLLoss extends Loss<
  [input: Tensor, target: Tensor, variance: Tensor | number]
> {
  readonly full: boolean;
  readonly eps: number;

  constructor(options: GaussianNllOptions = {}) {
    super(options);
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-6;
  }

  protected override forward(input: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    const { full, eps, reduction } = this;
    return gaussianNllLoss(input, target, variance, { full, eps, reduction });
  }
}
