import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkMargin } from './checks.js';
import { PairwiseDistance } from './distance.js';
import {
  type DistanceFunction,
  type MarginOption,
  marginRankingLoss,
  type TripletMarginOptions,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from './functional/marginLosses.js';
import { Loss, WeightedLoss, type WeightOptions } from './loss.js';
import { Module } from './module.js';
import { shapeText } from './shapes.js';

/** log(1 + e^(-target input)) of targets 1 and -1, of the input's shape. */
export class SoftMarginLoss extends Loss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return functions.nn.softMarginLoss(input, target, { reduction: this.reduction });
  }
}

/**
 * The mean over wrong classes of max(0, 1 - (input[right] - input[wrong])), for each right one.
 * Takes `[classes]` or `[batch, classes]`; int64 targets of that shape list the right classes, up
 * to the first -1.
 */
export class MultiLabelMarginLoss extends Loss {
  protected override forward(input: Tensor, target: Tensor): Tensor {
    return functions.nn.multilabelMarginLoss(input, target, { reduction: this.reduction });
  }
}

/** Input where target is 1, max(0, margin - input) where it is -1. */
export class HingeEmbeddingLoss extends Loss {
  readonly margin: number;

  /** @param options.margin default 1 */
  constructor(options: MarginOption = {}) {
    super(options);
    this.margin = options.margin ?? 1;
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { margin, reduction } = this;
    return functions.torch.hingeEmbeddingLoss(input, target, { margin, reduction });
  }
}

type PairInputs = [input1: Tensor, input2: Tensor, target: Tensor];

/** max(0, -target (input1 - input2) + margin), of targets 1 and -1. */
export class MarginRankingLoss extends Loss<PairInputs> {
  readonly margin: number;

  /** @param options.margin default 0 */
  constructor(options: MarginOption = {}) {
    super(options);
    this.margin = options.margin ?? 0;
  }

  protected override forward(...inputs: PairInputs): Tensor {
    const { margin, reduction } = this;
    return marginRankingLoss(...inputs, { margin, reduction });
  }
}

/**
 * 1 - cos(input1, input2) where target is 1, max(0, cos(input1, input2) - margin) where it is -1.
 * Takes `[features]` or `[batch, features]` and targets `[]` or `[batch]`.
 */
export class CosineEmbeddingLoss extends Loss<PairInputs> {
  readonly margin: number;

  /** @param options.margin default 0 */
  constructor(options: MarginOption = {}) {
    super(options);
    this.margin = options.margin ?? 0;
  }

  protected override forward(...inputs: PairInputs): Tensor {
    const { margin, reduction } = this;
    return functions.torch.cosineEmbeddingLoss(...inputs, { margin, reduction });
  }
}

export interface MultiMarginOptions extends MarginOption, WeightOptions {
  /** The power of each term, 1 (default) or 2. */
  p?: 1 | 2;
}

/**
 * The mean over wrong classes of max(0, margin - input[target] + input[wrong])^p. Takes `[classes]`
 * or `[batch, classes]` and int64 targets `[]` or `[batch]`. The weight is one of each class,
 * `[classes]`.
 */
export class MultiMarginLoss extends WeightedLoss {
  readonly p: 1 | 2;
  readonly margin: number;

  /**
   * @param options.margin default 1
   * @throws RangeError for another `p`, or a weight that is not of one dimension
   */
  constructor(options: MultiMarginOptions = {}) {
    super(options);
    this.p = options.p ?? 1;
    this.margin = options.margin ?? 1;
    if (this.p !== 1 && this.p !== 2) {
      throw new RangeError(`MultiMarginLoss: p must be 1 or 2, got ${String(this.p)}`);
    }
    if (this.weight !== null && this.weight.ndim !== 1) {
      throw new RangeError(
        `MultiMarginLoss: the weight must have 1 dimension, got shape ${shapeText(this.weight)}`,
      );
    }
  }

  protected override forward(input: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return functions.nn.multiMarginLoss(input, target, { p, margin, weight, reduction });
  }
}

type TripletInputs = [anchor: Tensor, positive: Tensor, negative: Tensor];

/**
 * max(0, |anchor - positive| - |anchor - negative| + margin), of `[*, features]` (Balntas et al.
 * 2016).
 */
export class TripletMarginLoss extends Loss<TripletInputs> {
  readonly margin: number;
  readonly p: number;
  readonly eps: number;
  readonly swap: boolean;

  /**
   * @param options.margin default 1
   * @throws RangeError unless the margin is positive
   */
  constructor(options: TripletMarginOptions = {}) {
    super(options);
    this.margin = options.margin ?? 1;
    this.p = options.p ?? 2;
    this.eps = options.eps ?? 1e-6;
    this.swap = options.swap ?? false;
    checkMargin('TripletMarginLoss', this.margin);
  }

  protected override forward(...inputs: TripletInputs): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return tripletMarginLoss(...inputs, { margin, p, eps, swap, reduction });
  }
}

type Distance = DistanceFunction | Module<[x1: Tensor, x2: Tensor]>;

export interface TripletDistanceLossOptions extends MarginOption {
  /** A function or a module. Default {@link PairwiseDistance}. */
  distanceFunction?: Distance;
  /** Takes the positive's distance from the negative where it is less. Default false. */
  swap?: boolean;
}

/** {@link TripletMarginLoss} of any distance. */
export class TripletMarginWithDistanceLoss extends Loss<TripletInputs> {
  readonly distanceFunction: Distance;
  readonly margin: number;
  readonly swap: boolean;

  /**
   * @param options.margin default 1
   * @throws RangeError unless the margin is positive
   */
  constructor(options: TripletDistanceLossOptions = {}) {
    super(options);
    this.distanceFunction = options.distanceFunction ?? new PairwiseDistance();
    this.margin = options.margin ?? 1;
    this.swap = options.swap ?? false;
    checkMargin('TripletMarginWithDistanceLoss', this.margin);
  }

  protected override forward(...inputs: TripletInputs): Tensor {
    const { distanceFunction: distance, margin, swap, reduction } = this;
    const distanceFunction: DistanceFunction =
      distance instanceof Module ? (x1, x2) => distance.call(x1, x2) : distance;
    return tripletMarginWithDistanceLoss(...inputs, { distanceFunction, margin, swap, reduction });
  }
}
