import { functions } from '../../ops/install.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkMargin } from '../checks.js';
import { shapeText } from '../shapes.js';
import { handleOf } from './handles.js';
import { type ReductionOption, reduceLoss } from './reduction.js';

export interface MarginOption extends ReductionOption {
  /** How far apart is far enough. */
  margin?: number;
}

/**
 * @throws RangeError unless all have the same number of dimensions
 * @throws TypeError unless all are tensors
 */
function requireSameDimensions(owner: string, tensors: Readonly<Record<string, Tensor>>): void {
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) handleOf(owner, name, tensor);
  if (new Set(entries.map(([, { ndim }]) => ndim)).size > 1) {
    const shapes = entries.map(([name, tensor]) => `${name} ${shapeText(tensor)}`).join(', ');
    throw new RangeError(`${owner}: all inputs must have the same number of dimensions: ${shapes}`);
  }
}

/**
 * max(0, -target (input1 - input2) + margin).
 * @param target 1 where input1 should be greater, -1 where input2 should
 * @param options.margin default 0
 * @throws RangeError for different numbers of dimensions
 */
export function marginRankingLoss(
  input1: Tensor,
  input2: Tensor,
  target: Tensor,
  options: MarginOption = {},
): Tensor {
  requireSameDimensions('marginRankingLoss', { input1, input2, target });
  const { margin = 0, reduction = 'mean' } = options;
  return functions.torch.marginRankingLoss(input1, input2, target, { margin, reduction });
}

export interface MultilabelSoftMarginOptions extends ReductionOption {
  /** The weight of each class, broadcast to the losses. */
  weight?: Tensor | null;
}

/**
 * Binary cross-entropy of σ(input), averaged over the classes.
 * @param input `[*, classes]`
 * @param target 0 or 1, of the input's shape
 * @returns with 'none' `[*]`
 */
export function multilabelSoftMarginLoss(
  input: Tensor,
  target: Tensor,
  options: MultilabelSoftMarginOptions = {},
): Tensor {
  const { weight, reduction = 'mean' } = options;
  handleOf('multilabelSoftMarginLoss', 'input', input);
  handleOf('multilabelSoftMarginLoss', 'target', target);
  const { logSigmoid } = functions.nn;
  return tidy(() => {
    const positive = target.mul(logSigmoid(input));
    const negative = functions.torch.rsub(target, 1).mul(logSigmoid(input.neg()));
    const losses = positive.add(negative).neg();
    const weighted = weight === undefined || weight === null ? losses : losses.mul(weight);
    return reduceLoss('multilabelSoftMarginLoss', weighted.mean(-1), reduction);
  });
}

export interface TripletMarginOptions extends MarginOption {
  /** The p of the distance's norm. Default 2. */
  p?: number;
  /** Added to the differences. Default 1e-6. */
  eps?: number;
  /** Takes the positive's distance from the negative where it is less (Balntas et al. 2016). */
  swap?: boolean;
}

/**
 * max(0, |anchor - positive| - |anchor - negative| + margin).
 * @param anchor `[*, features]`, as the others
 * @param options.margin default 1
 * @throws RangeError unless the margin is positive
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletMarginOptions = {},
): Tensor {
  checkMargin('tripletMarginLoss', options.margin ?? 1);
  return functions.torch.tripletMarginLoss(anchor, positive, negative, options);
}

/** The distance of two tensors `[*, features]`, `[*]`. */
export type DistanceFunction = (x1: Tensor, x2: Tensor) => Tensor;

export interface TripletDistanceOptions extends MarginOption {
  /** Default the 2-norm of the difference along the last dimension. */
  distanceFunction?: DistanceFunction;
  /** Takes the positive's distance from the negative where it is less (Balntas et al. 2016). */
  swap?: boolean;
}

/**
 * {@link tripletMarginLoss} of any distance.
 * @param options.margin default 1
 * @throws RangeError unless the margin is positive, or for different numbers of dimensions
 */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  options: TripletDistanceOptions = {},
): Tensor {
  const owner = 'tripletMarginWithDistanceLoss';
  const { margin = 1, swap = false, reduction = 'mean' } = options;
  const { distanceFunction = functions.torch.pairwiseDistance } = options;
  checkMargin(owner, margin);
  requireSameDimensions(owner, { anchor, positive, negative });
  return tidy(() => {
    const near = distanceFunction(anchor, positive);
    const toNegative = distanceFunction(anchor, negative);
    const far = swap
      ? functions.torch.minimum(toNegative, distanceFunction(positive, negative))
      : toNegative;
    return reduceLoss(owner, near.add(margin).sub(far).clampMin(0), reduction);
  });
}
