import { functions } from '../ops/install.js';
import type { Generator } from '../random.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { numbersOf } from './indices.js';

const { torch } = functions;

/** The order in which items, or batches of items, are visited. Any iterable with a length. */
export interface Sampler<Index = number> extends Iterable<Index> {
  readonly length: number;
}

/** What has a number of items: a dataset or an array. */
export interface Sized {
  readonly length: number;
}

/** A sampler that draws the order of a whole pass at once. */
export abstract class OrderSampler implements Sampler {
  abstract readonly length: number;

  /** The indices of one pass, int64[length]. */
  abstract order(): Tensor;

  *[Symbol.iterator](): Iterator<number> {
    yield* tidy(() => numbersOf(this.order()));
  }
}

/** Every index once, from 0 up. */
export class SequentialSampler extends OrderSampler {
  readonly dataset: Sized;

  constructor(dataset: Sized) {
    super();
    this.dataset = dataset;
  }

  get length(): number {
    return this.dataset.length;
  }

  order(): Tensor {
    return torch.arange(this.length);
  }
}

/**
 * A seed drawn from a generator, by default the one of the CPU: whole, from 0 to 2^63 - 1. Equal to
 * what PyTorch's loaders and samplers draw.
 */
export function drawSeed(generator: Generator | null = null): bigint {
  return tidy(() => {
    const seed = torch.empty([], { dtype: 'int64' }).random_({ generator });
    return BigInt(seed.item() as number | bigint);
  });
}
