import { functions } from '../ops/install.js';
import type { Generator } from '../random.js';
import { tensor } from '../tensor/create.js';
import { checkOptions } from '../tensor/options.js';
import { Tensor } from '../tensor/tensor.js';
import { checkPositive } from './checks.js';
import { OrderSampler } from './sampler.js';

export interface WeightedRandomSamplerOptions {
  /** May an index come more than once? Default true. */
  readonly replacement?: boolean;
  /** Default: the default generator of the CPU. */
  readonly generator?: Generator | null;
}

/** Indices drawn with probabilities in proportion to weights. */
export class WeightedRandomSampler extends OrderSampler {
  /** One for each index; they need not add up to 1. */
  readonly weights: Float64Array;
  readonly length: number;
  readonly replacement: boolean;
  readonly generator: Generator | null;

  /**
   * @param weights numbers, or a tensor of one dimension
   * @param numSamples indices in one pass
   */
  constructor(
    weights: readonly number[] | Tensor,
    numSamples: number,
    options: WeightedRandomSamplerOptions = {},
  ) {
    super();
    checkOptions('WeightedRandomSampler', options, ['replacement', 'generator']);
    checkPositive('WeightedRandomSampler', 'numSamples', numSamples);
    if (weights instanceof Tensor && weights.ndim !== 1) {
      throw new RangeError(
        `WeightedRandomSampler: weights have one dimension, got [${weights.shape.join(', ')}]`,
      );
    }
    const numbers = weights instanceof Tensor ? weights.toTypedArray() : weights;
    this.weights = Float64Array.from(numbers as ArrayLike<number | bigint>, Number);
    this.length = numSamples;
    this.replacement = options.replacement ?? true;
    this.generator = options.generator ?? null;
  }

  order(): Tensor {
    const { generator, length, replacement, weights } = this;
    return functions.torch.multinomial(tensor(weights), length, replacement, { generator });
  }
}
