import { noGrad } from '../autograd/gradMode.js';
import { functions } from '../ops/install.js';
import type { Generator } from '../random.js';
import { tensor } from '../tensor/create.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';

export type FanMode = 'fanIn' | 'fanOut';

export type Nonlinearity =
  | 'linear'
  | 'conv1d'
  | 'conv2d'
  | 'conv3d'
  | 'convTranspose1d'
  | 'convTranspose2d'
  | 'convTranspose3d'
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leakyRelu'
  | 'selu';

export interface RandomOptions {
  /** Draws from this generator instead of the device's default one. */
  generator?: Generator;
}

export interface KaimingOptions extends RandomOptions {
  /** Negative slope of the leaky ReLU that follows. Default 0. */
  a?: number;
  /** Keeps the variance of the forward pass ('fanIn', default) or of the backward pass. */
  mode?: FanMode;
  /** What follows the layer. Default 'leakyRelu'. */
  nonlinearity?: Nonlinearity;
}

/**
 * The factor by which a nonlinearity asks for larger initial weights.
 * @param param the negative slope for 'leakyRelu' (default 0.01); others take none
 * @throws RangeError for an unknown nonlinearity
 */
export function calculateGain(nonlinearity: Nonlinearity, param = 0.01): number {
  switch (nonlinearity) {
    case 'linear':
    case 'conv1d':
    case 'conv2d':
    case 'conv3d':
    case 'convTranspose1d':
    case 'convTranspose2d':
    case 'convTranspose3d':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.sqrt(2);
    case 'leakyRelu':
      return Math.sqrt(2 / (1 + param ** 2));
    case 'selu':
      return 3 / 4;
    default:
      throw new RangeError(`unsupported nonlinearity '${String(nonlinearity)}'`);
  }
}

/**
 * How many inputs and outputs one unit of a weight has: dimension 1 and 0, times the size of the
 * receptive field, which is all dimensions after them.
 * @throws RangeError for a tensor of fewer than 2 dimensions
 */
export function calculateFanInAndFanOut(tensor: Tensor): { fanIn: number; fanOut: number } {
  const [outputs, inputs, ...field] = tensor.shape;
  if (outputs === undefined || inputs === undefined) {
    throw new RangeError(
      `fan in and fan out need a tensor of at least 2 dimensions, got shape [${tensor.shape.join(', ')}]`,
    );
  }
  const receptive = field.reduce((count, size) => count * size, 1);
  return { fanIn: inputs * receptive, fanOut: outputs * receptive };
}

/** Fills `tensor` from U(a, b), in place. */
export function uniform_(tensor: Tensor, a = 0, b = 1, options: RandomOptions = {}): Tensor {
  return noGrad(() => tensor.uniform_(a, b, options));
}

/** Fills `tensor` from N(mean, std²), in place. */
export function normal_(tensor: Tensor, mean = 0, std = 1, options: RandomOptions = {}): Tensor {
  return noGrad(() => tensor.normal_(mean, std, options));
}

export function constant_(tensor: Tensor, value: number): Tensor {
  return noGrad(() => tensor.fill_(value));
}

export function ones_(tensor: Tensor): Tensor {
  return constant_(tensor, 1);
}

export function zeros_(tensor: Tensor): Tensor {
  return constant_(tensor, 0);
}

/** Standard deviation of both Xavier initialisations (Glorot and Bengio 2010). */
function xavierStd(tensor: Tensor, gain: number): number {
  const { fanIn, fanOut } = calculateFanInAndFanOut(tensor);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** Standard deviation of both Kaiming initialisations (He et al. 2015). */
function kaimingStd(tensor: Tensor, options: KaimingOptions): number {
  const { a = 0, mode = 'fanIn', nonlinearity = 'leakyRelu' } = options;
  if (mode !== 'fanIn' && mode !== 'fanOut') {
    throw new RangeError(`mode must be 'fanIn' or 'fanOut', got '${String(mode)}'`);
  }
  return calculateGain(nonlinearity, a) / Math.sqrt(calculateFanInAndFanOut(tensor)[mode]);
}

/** U(-b, b) with the standard deviation `std` has b = sqrt(3) std. */
function uniformWithStd(tensor: Tensor, std: number, options: RandomOptions): Tensor {
  const bound = Math.sqrt(3) * std;
  return uniform_(tensor, -bound, bound, generatorOf(options));
}

function generatorOf(options: RandomOptions): RandomOptions {
  return options.generator === undefined ? {} : { generator: options.generator };
}

/** U(-b, b), b = gain sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010), in place. */
export function xavierUniform_(tensor: Tensor, gain = 1, options: RandomOptions = {}): Tensor {
  return uniformWithStd(tensor, xavierStd(tensor, gain), options);
}

/** N(0, s²), s = gain sqrt(2 / (fanIn + fanOut)) (Glorot and Bengio 2010), in place. */
export function xavierNormal_(tensor: Tensor, gain = 1, options: RandomOptions = {}): Tensor {
  return normal_(tensor, 0, xavierStd(tensor, gain), options);
}

/** U(-b, b), b = gain sqrt(3 / fan) (He et al. 2015), in place. Leaves an empty tensor as it is. */
export function kaimingUniform_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  if (tensor.shape.includes(0)) return tensor;
  return uniformWithStd(tensor, kaimingStd(tensor, options), options);
}

/** N(0, s²), s = gain / sqrt(fan) (He et al. 2015), in place. Leaves an empty tensor as it is. */
export function kaimingNormal_(tensor: Tensor, options: KaimingOptions = {}): Tensor {
  if (tensor.shape.includes(0)) return tensor;
  return normal_(tensor, 0, kaimingStd(tensor, options), generatorOf(options));
}

interface TruncatedNormal {
  mean: number;
  std: number;
  /** Lower bound. Default -2. */
  a: number;
  /** Upper bound. Default 2. */
  b: number;
}

export type TruncNormalOptions = Partial<TruncatedNormal> & RandomOptions;

/** Share of N(mean, std²) that lies between a and b. */
function normalMass(mean: number, std: number, a: number, b: number): number {
  return tidy(() => {
    const bounds = tensor([(a - mean) / std, (b - mean) / std], { dtype: 'float64' });
    const [below, above] = bounds.div(Math.SQRT2).erf().toArray() as [number, number];
    return (above - below) / 2;
  });
}

/** Draws from the normal distribution until every element is inside [a, b]. */
function redrawNormal(target: Tensor, normal: TruncatedNormal, random: RandomOptions): void {
  const { mean, std, a, b } = normal;
  // The bounds as the tensor's dtype holds them, so that a redrawn value can reach them.
  const low = target.newFull([], a, { device: 'cpu' }).item();
  const high = target.newFull([], b, { device: 'cpu' }).item();
  let result = target.normal_(mean, std, random);
  for (;;) {
    const outside = result.lt(low).logicalOr(result.gt(high));
    if (!outside.any().item()) break;
    result = functions.torch.where(
      outside,
      functions.torch.emptyLike(result).normal_(mean, std, random),
      result,
    );
  }
  if (result !== target) target.copy_(result);
}

/** Draws uniform candidates and takes each with the probability that the density asks for. */
function rejectUniform(target: Tensor, normal: TruncatedNormal, random: RandomOptions): void {
  const { mean, std, a, b } = normal;
  const mode = Math.max(a, Math.min(mean, b));
  const logPeak = -0.5 * ((mode - mean) / std) ** 2;
  const candidates = functions.torch.emptyLike(target);
  const draws = functions.torch.emptyLike(target);
  const rejected = (): Tensor => {
    candidates.sub_(mean).div_(std).pow_(2).mul_(-0.5).sub_(logPeak);
    return draws.uniform_(0, 1, random).log_().gt(candidates);
  };

  candidates.copy_(target.uniform_(a, b, random));
  let pending = rejected();
  let result = target;
  while (pending.any().item()) {
    candidates.uniform_(a, b, random);
    result = functions.torch.where(pending, candidates, result);
    pending = functions.torch.where(pending, rejected(), pending);
  }
  if (result !== target) target.copy_(result);
}

/** Fills `tensor` from N(mean, std²) cut off outside [a, b], in place. */
export function truncNormal_(tensor: Tensor, options: TruncNormalOptions = {}): Tensor {
  const { mean = 0, std = 1, a = -2, b = 2 } = options;
  const random = generatorOf(options);
  const draw = normalMass(mean, std, a, b) > 0.3 ? redrawNormal : rejectUniform;
  noGrad(() => tidy(() => draw(tensor, { mean, std, a, b }, random)));
  return tensor;
}
