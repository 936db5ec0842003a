import { functions } from '../ops/install.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkProbability } from './checks.js';
import {
  type CtcOptions,
  ctcLoss,
  type KlDivOptions,
  type KlDivReduction,
  klDiv,
  type SequenceLengths,
} from './functional/likelihoods.js';
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  type ClassWeightOptions,
  type CrossEntropyOptions,
  crossEntropy,
  nllLoss,
} from './functional/losses.js';
import { multilabelSoftMarginLoss } from './functional/marginLosses.js';
import { checkReduction, type ReductionOption, reduceLoss } from './functional/reduction.js';
import { Loss, type LossInputs, WeightedLoss, type WeightOptions } from './loss.js';
import { Module } from './module.js';

/**
 * -log softmax(input)[target].
 *
 * Takes logits `[classes]` or `[batch, classes, *]` and int64 classes `[]` or `[batch, *]`, or
 * probabilities of the logits' shape. The weight is one of each class, `[classes]`.
 */
export class CrossEntropyLoss extends WeightedLoss {
  readonly ignoreIndex: number;
  readonly labelSmoothing: number;

  constructor(options: CrossEntropyOptions = {}) {
    super(options);
    this.ignoreIndex = options.ignoreIndex ?? -100;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return crossEntropy(input, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/**
 * -input[target].
 *
 * Takes log-probabilities `[classes]` or `[batch, classes, *]` and int64 classes `[]` or
 * `[batch, *]`. The weight is one of each class, `[classes]`.
 */
export class NLLLoss extends WeightedLoss {
  readonly ignoreIndex: number;

  constructor(options: ClassWeightOptions = {}) {
    super(options);
    this.ignoreIndex = options.ignoreIndex ?? -100;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction } = this;
    return nllLoss(input, target, { weight, ignoreIndex, reduction });
  }
}

export interface LabelSmoothingOptions extends ReductionOption {
  /** The share of the target that is spread evenly over all classes. Default 0.1. */
  eps?: number;
}

/**
 * eps/classes (-Σ log p) + (1 - eps) nll, with log p = log softmax(input): fast.ai's
 * cross-entropy with a smoothed target (Szegedy et al. 2016).
 *
 * Takes logits `[batch, classes]` and int64 classes `[batch]`.
 */
export class LabelSmoothingCrossEntropy extends Loss {
  readonly eps: number;

  /** @throws RangeError for an `eps` outside [0, 1] */
  constructor(options: LabelSmoothingOptions = {}) {
    super(options);
    this.eps = options.eps ?? 0.1;
    checkProbability('LabelSmoothingCrossEntropy', this.eps);
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { eps, reduction } = this;
    return tidy(() => {
      const logP = functions.torch.logSoftmax(input, -1);
      const smooth = reduceLoss('LabelSmoothingCrossEntropy', logP.sum(-1).neg(), reduction);
      const nll = nllLoss(logP, target, { reduction });
      return smooth.mul(eps / input.size(-1)).add(nll.mul(1 - eps));
    });
  }
}

/**
 * -(t log x + (1 - t) log(1 - x)) of probabilities x and targets t of one shape. The weight
 * multiplies each loss; it is broadcast to them.
 */
export class BCELoss extends WeightedLoss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return binaryCrossEntropy(input, target, { weight, reduction });
  }
}

export interface BCEWithLogitsOptions extends WeightOptions {
  /** Multiplies the loss of positive targets; broadcast to them. */
  posWeight?: Tensor | null;
}

/** {@link BCELoss} of σ(input), without its overflow. */
export class BCEWithLogitsLoss extends WeightedLoss {
  /** A buffer. */
  posWeight: Tensor | null;

  constructor(options: BCEWithLogitsOptions = {}) {
    super(options);
    this.posWeight = options.posWeight ?? null;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, posWeight, reduction } = this;
    return binaryCrossEntropyWithLogits(input, target, { weight, posWeight, reduction });
  }
}

/**
 * Binary cross-entropy of σ(input), averaged over the classes: `[*, classes]` to `[*]`. The weight
 * is one of each class.
 */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { weight, reduction } = this;
    return multilabelSoftMarginLoss(input, target, { weight, reduction });
  }
}

/**
 * Kullback-Leibler divergence of log-probabilities from a target of probabilities: target
 * (log target - input). 'batchmean' is its definition; 'mean', the default, divides further.
 */
export class KLDivLoss extends Module<LossInputs> {
  readonly reduction: KlDivReduction;
  readonly logTarget: boolean;

  constructor(options: KlDivOptions = {}) {
    super();
    this.reduction = options.reduction ?? 'mean';
    this.logTarget = options.logTarget ?? false;
    checkReduction('KLDivLoss', this.reduction, ['none', 'mean', 'sum', 'batchmean']);
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction, logTarget } = this;
    return klDiv(input, target, { reduction, logTarget });
  }
}

type CtcInputs = [
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: SequenceLengths,
  targetLengths: SequenceLengths,
];

/**
 * Connectionist temporal classification (Graves et al. 2006). Takes log-probabilities
 * `[time, batch, classes]` or `[time, classes]`, targets `[batch, length]` or all in one dimension,
 * and the length of each input and target.
 */
export class CTCLoss extends Loss<CtcInputs> {
  readonly blank: number;
  readonly zeroInfinity: boolean;

  constructor(options: CtcOptions = {}) {
    super(options);
    this.blank = options.blank ?? 0;
    this.zeroInfinity = options.zeroInfinity ?? false;
  }

  protected override forward(...inputs: CtcInputs): Tensor {
    const { blank, reduction, zeroInfinity } = this;
    return ctcLoss(...inputs, { blank, reduction, zeroInfinity });
  }
}
