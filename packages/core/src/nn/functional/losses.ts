import { functions } from '../../ops/install.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sameShape, shapeText } from '../shapes.js';
import { handleOf } from './handles.js';
import { type LossReduction, type ReductionOption, reduceLoss } from './reduction.js';

export interface WeightedMeanOption extends ReductionOption {
  /** The weight of each element; 'mean' then divides by the sum of the weights. */
  weight?: Tensor | null;
}

/** Broadcasting a target is nearly always a mistake, such as `[n, 1]` against `[n]`. */
function broadcastPair(owner: string, input: Tensor, target: Tensor): [Tensor, Tensor] {
  handleOf(owner, 'input', input);
  handleOf(owner, 'target', target);
  if (sameShape(input, target)) return [input, target];
  process.emitWarning(
    `${owner}: the target has shape ${shapeText(target)}, the input ${shapeText(input)}. ` +
      'They are broadcast, which is likely to give a wrong loss.',
  );
  return functions.torch.broadcastTensors([input, target]) as [Tensor, Tensor];
}

function requireSameShape(owner: string, input: Tensor, name: string, other: Tensor): void {
  handleOf(owner, 'input', input);
  handleOf(owner, name, other);
  if (!sameShape(input, other)) {
    throw new RangeError(
      `${owner}: the ${name} must have the input's shape ${shapeText(input)}, got ${shapeText(other)}`,
    );
  }
}

/** The weighted mean divides by the sum of the weights. */
function reduceWeighted(
  owner: string,
  losses: Tensor,
  weight: Tensor,
  reduction: LossReduction,
): Tensor {
  requireSameShape(owner, losses, 'weight', weight);
  const weighted = losses.mul(weight);
  return reduction === 'mean'
    ? weighted.sum().div(weight.sum())
    : reduceLoss(owner, weighted, reduction);
}

/** (input - target)², element by element. Warns when the shapes differ. */
export function mseLoss(input: Tensor, target: Tensor, options: WeightedMeanOption = {}): Tensor {
  const { reduction = 'mean', weight } = options;
  const [x, y] = broadcastPair('mseLoss', input, target);
  if (weight === undefined || weight === null) return functions.nn.mseLoss(x, y, { reduction });
  return tidy(() =>
    reduceWeighted('mseLoss', functions.nn.mseLoss(x, y, { reduction: 'none' }), weight, reduction),
  );
}

/** |input - target|, element by element. Warns when the shapes differ. */
export function l1Loss(input: Tensor, target: Tensor, options: WeightedMeanOption = {}): Tensor {
  const { reduction = 'mean', weight } = options;
  const [x, y] = broadcastPair('l1Loss', input, target);
  if (weight === undefined || weight === null) return functions.nn.l1Loss(x, y, { reduction });
  return tidy(() =>
    reduceWeighted('l1Loss', functions.nn.l1Loss(x, y, { reduction: 'none' }), weight, reduction),
  );
}

export interface HuberOptions extends ReductionOption {
  /** Where the square turns into the line. Default 1. */
  delta?: number;
  /** The weight of each element; unlike in the other losses, 'mean' does not divide by it. */
  weight?: Tensor | null;
}

/**
 * 0.5 d² where d = |input - target| is below `delta`, else delta (d - 0.5 delta) (Huber 1964).
 * Warns when the shapes differ.
 */
export function huberLoss(input: Tensor, target: Tensor, options: HuberOptions = {}): Tensor {
  const { delta = 1, reduction = 'mean', weight } = options;
  const [x, y] = broadcastPair('huberLoss', input, target);
  if (weight === undefined || weight === null) {
    return functions.nn.huberLoss(x, y, { reduction, delta });
  }
  requireSameShape('huberLoss', x, 'weight', weight);
  return tidy(() => {
    const losses = functions.nn.huberLoss(x, y, { reduction: 'none', delta });
    return reduceLoss('huberLoss', losses.mul(weight), reduction);
  });
}

/**
 * 0.5 d²/beta where d = |input - target| is below `beta`, else d - 0.5 beta (Girshick 2015). Warns
 * when the shapes differ.
 */
export function smoothL1Loss(
  input: Tensor,
  target: Tensor,
  options: ReductionOption & { beta?: number } = {},
): Tensor {
  const { beta = 1, reduction = 'mean' } = options;
  if (beta === 0) return l1Loss(input, target, { reduction });
  const [x, y] = broadcastPair('smoothL1Loss', input, target);
  return functions.nn.smoothL1Loss(x, y, { beta, reduction });
}

export interface ClassWeightOptions extends ReductionOption {
  /** The weight of each class, `[classes]`. */
  weight?: Tensor | null;
  /** A target that adds nothing to the loss or its mean. Default -100. */
  ignoreIndex?: number;
}

export interface CrossEntropyOptions extends ClassWeightOptions {
  /** The share of the target that is spread evenly over all classes, 0 (default) to 1. */
  labelSmoothing?: number;
}

/**
 * -log softmax(input)[target].
 * @param input logits `[classes]` or `[batch, classes, *]`
 * @param target int64 classes `[]` or `[batch, *]`, or probabilities of the input's shape
 */
export function crossEntropy(
  input: Tensor,
  target: Tensor,
  options: CrossEntropyOptions = {},
): Tensor {
  return functions.nn.crossEntropyLoss(input, target, options);
}

/**
 * -input[target].
 * @param input log-probabilities `[classes]` or `[batch, classes, *]`
 * @param target int64 classes `[]` or `[batch, *]`
 */
export function nllLoss(input: Tensor, target: Tensor, options: ClassWeightOptions = {}): Tensor {
  return functions.nn.nllLossNd(input, target, options);
}

/**
 * -(t log x + (1 - t) log(1 - x)) of probabilities x.
 * @param options.weight multiplies the loss of each element; broadcast to the target
 * @throws RangeError when the shapes differ
 */
export function binaryCrossEntropy(
  input: Tensor,
  target: Tensor,
  options: WeightedMeanOption = {},
): Tensor {
  requireSameShape('binaryCrossEntropy', input, 'target', target);
  const { reduction = 'mean', weight = null } = options;
  const expanded = weight === null ? null : weight.expand(target.shape);
  return functions.nn.binaryCrossEntropy(input, target, { reduction, weight: expanded });
}

/**
 * {@link binaryCrossEntropy} of sigmoid(input), without its overflow.
 * @param options.posWeight multiplies the loss of positive targets; broadcast to the target
 * @throws RangeError when the shapes differ
 */
export function binaryCrossEntropyWithLogits(
  input: Tensor,
  target: Tensor,
  options: WeightedMeanOption & { posWeight?: Tensor | null } = {},
): Tensor {
  requireSameShape('binaryCrossEntropyWithLogits', input, 'target', target);
  return functions.torch.binaryCrossEntropyWithLogits(input, target, options);
}
