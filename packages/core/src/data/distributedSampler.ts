import { functions } from '../ops/install.js';
import { Generator } from '../random.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkPositive } from './checks.js';
import { OrderSampler, type Sized } from './sampler.js';

const { torch } = functions;

export interface DistributedSamplerOptions {
  /** Processes that share the dataset. */
  readonly numReplicas: number;
  /** Which of them this is, from 0 up. */
  readonly rank: number;
  /** Default true. */
  readonly shuffle?: boolean;
  /** Equal in all processes; default 0. */
  readonly seed?: number;
  /** Leave out the last items that not all get, instead of giving the first ones again? */
  readonly dropLast?: boolean;
}

/** The share of one process: every `numReplicas`-th index, the same number for each process. */
export class DistributedSampler extends OrderSampler {
  readonly dataset: Sized;
  readonly numReplicas: number;
  readonly rank: number;
  readonly shuffle: boolean;
  readonly seed: number;
  readonly dropLast: boolean;
  epoch = 0;

  constructor(dataset: Sized, options: DistributedSamplerOptions) {
    super();
    const known = ['numReplicas', 'rank', 'shuffle', 'seed', 'dropLast'];
    checkOptions('DistributedSampler', options, known);
    const { numReplicas, rank, shuffle = true, seed = 0, dropLast = false } = options;
    checkPositive('DistributedSampler', 'numReplicas', numReplicas);
    if (!Number.isInteger(rank) || rank < 0 || rank >= numReplicas) {
      throw new RangeError(
        `DistributedSampler: rank is a whole number from 0 to ${numReplicas - 1}, got ${rank}`,
      );
    }
    this.dataset = dataset;
    this.numReplicas = numReplicas;
    this.rank = rank;
    this.shuffle = shuffle;
    this.seed = seed;
    this.dropLast = dropLast;
  }

  get length(): number {
    const share = this.dataset.length / this.numReplicas;
    return this.dropLast ? Math.floor(share) : Math.ceil(share);
  }

  order(): Tensor {
    const n = this.dataset.length;
    const generator = new Generator().manualSeed(this.seed + this.epoch);
    const all = this.shuffle ? torch.randperm(n, { generator }) : torch.arange(n);
    const place = torch.arange(this.length).mul(this.numReplicas).add(this.rank);
    return all.indexSelect(0, place.remainder(n));
  }

  /** To be called before each pass, or every one has the same order. */
  setEpoch(epoch: number): void {
    this.epoch = epoch;
  }
}
