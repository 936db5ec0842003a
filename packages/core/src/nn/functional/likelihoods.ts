import { noGrad } from '../../autograd/gradMode.js';
import { functions } from '../../ops/install.js';
import { tensor } from '../../tensor/create.js';
import { tidy } from '../../tensor/scope.js';
import { Tensor } from '../../tensor/tensor.js';
import { sameShape, shapeText } from '../shapes.js';
import { handleOf } from './handles.js';
import {
  checkReduction,
  type LossReduction,
  type ReductionOption,
  reduceLoss,
} from './reduction.js';

export interface PoissonNllOptions extends ReductionOption {
  /** The input is the logarithm of the rate. Default true. */
  logInput?: boolean;
  /** Adds Stirling's approximation of log(target!) for targets above 1. Default false. */
  full?: boolean;
  /** Keeps log(0) away where the input is no logarithm. Default 1e-8. */
  eps?: number;
}

/**
 * Negative log-likelihood of counts: e^input - target input, or, without `logInput`,
 * input - target log(input + eps).
 * @param target counts of the input's shape
 */
export function poissonNllLoss(
  input: Tensor,
  target: Tensor,
  options: PoissonNllOptions = {},
): Tensor {
  const { logInput = true, full = false, eps = 1e-8, reduction = 'mean' } = options;
  checkReduction('poissonNllLoss', reduction);
  return functions.torch.poissonNllLoss(input, target, logInput, full, eps, reduction);
}

export interface GaussianNllOptions extends ReductionOption {
  /** Adds the constant 0.5 log 2π. Default false. */
  full?: boolean;
  /** The least variance; the gradient passes as if there were none. Default 1e-6. */
  eps?: number;
}

/** The variance in a shape that broadcasts to the input's. */
function fittedVariance(input: Tensor, variance: Tensor): Tensor {
  if (sameShape(input, variance)) return variance;
  const sizes = input.shape;
  const given = variance.shape;
  if (given.length === sizes.length - 1 && given.every((size, i) => size === sizes[i])) {
    return variance.unsqueeze(-1);
  }
  const others = given.filter((size, i) => size !== sizes[i]);
  if (given.length === sizes.length && others.length === 1 && others[0] === 1) return variance;
  throw new RangeError(
    `gaussianNllLoss: the variance must have the input's shape ${shapeText(input)}, or lack or ` +
      `have as 1 one dimension of it, got ${shapeText(variance)}`,
  );
}

/**
 * 0.5 (log var + (input - target)² / var) of targets that are normally distributed (Nix and Weigend
 * 1994).
 * @param input the expected values
 * @param variance of the input's shape, without its last dimension, with one dimension of size 1,
 * or one number for all
 * @throws RangeError for a negative variance, or one of another shape
 */
export function gaussianNllLoss(
  input: Tensor,
  target: Tensor,
  variance: Tensor | number,
  options: GaussianNllOptions = {},
): Tensor {
  const { full = false, eps = 1e-6, reduction = 'mean' } = options;
  handleOf('gaussianNllLoss', 'input', input);
  return tidy(() => {
    const given = variance instanceof Tensor ? variance : functions.torch.fullLike(input, variance);
    if (given.lt(0).any().item() === true) {
      throw new RangeError('gaussianNllLoss: the variance has a negative value');
    }
    const bounded = fittedVariance(input, given).clone();
    noGrad(() => bounded.clampMin_(eps));
    const square = input.sub(target).square().div(bounded);
    const losses = bounded.log().add(square).mul(0.5);
    const constant = full ? 0.5 * Math.log(2 * Math.PI) : 0;
    return reduceLoss('gaussianNllLoss', full ? losses.add(constant) : losses, reduction);
  });
}

export type KlDivReduction = LossReduction | 'batchmean';

export interface KlDivOptions {
  /**
   * 'mean' (default) divides by the number of elements, 'batchmean' by the size of the first
   * dimension, which is the divergence's definition.
   */
  reduction?: KlDivReduction;
  /** The target is a logarithm too. Default false. */
  logTarget?: boolean;
}

/**
 * Kullback-Leibler divergence: target (log target - input), element by element.
 * @param input log-probabilities
 * @param target probabilities, or with `logTarget` their logarithms
 */
export function klDiv(input: Tensor, target: Tensor, options: KlDivOptions = {}): Tensor {
  const { reduction = 'mean', logTarget = false } = options;
  checkReduction('klDiv', reduction, ['none', 'mean', 'sum', 'batchmean']);
  if (reduction !== 'batchmean') {
    return functions.torch.klDiv(input, target, { reduction, logTarget });
  }
  return tidy(() => {
    const sum = functions.torch.klDiv(input, target, { reduction: 'sum', logTarget });
    return input.ndim === 0 ? sum : sum.div(input.size(0));
  });
}

export interface CtcOptions extends ReductionOption {
  /** The class that stands for no label. Default 0. */
  blank?: number;
  /** Makes infinite losses, of inputs too short for their targets, and their gradients 0. */
  zeroInfinity?: boolean;
}

/** How long each sequence of a batch is, int64 `[batch]` or `[]`. */
export type SequenceLengths = Tensor | readonly number[];

/**
 * Connectionist temporal classification (Graves et al. 2006): the negative log-likelihood of all
 * alignments of a target with its input. 'mean' divides each loss by its target's length.
 * @param logProbs `[time, batch, classes]` or `[time, classes]`
 * @param targets `[batch, length]`, or all targets after each other in one dimension
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: SequenceLengths,
  targetLengths: SequenceLengths,
  options: CtcOptions = {},
): Tensor {
  const { blank = 0, reduction = 'mean', zeroInfinity = false } = options;
  return tidy(() =>
    functions.torch.ctcLoss(
      logProbs,
      targets,
      lengthsTensor(inputLengths),
      lengthsTensor(targetLengths),
      { blank, reduction, zeroInfinity },
    ),
  );
}

function lengthsTensor(lengths: SequenceLengths): Tensor {
  return lengths instanceof Tensor ? lengths : tensor(lengths, { dtype: 'int64' });
}
