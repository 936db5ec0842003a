import { functions } from '../ops/install.js';
import { Generator } from '../random.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkPositive } from './checks.js';
import { drawSeed, OrderSampler, type Sized } from './sampler.js';

const { torch } = functions;

/** Random numbers drawn in one go with replacement; part of the order that a seed gives. */
const drawnTogether = 32;

export interface RandomSamplerOptions {
  /** May an index come more than once? Default false. */
  readonly replacement?: boolean;
  /** Indices in one pass; default: as many as there are items. */
  readonly numSamples?: number | null;
  /** Default: a new generator each pass, seeded by the default one. */
  readonly generator?: Generator | null;
}

/** Indices in random order, the one that PyTorch gives for the same seed. */
export class RandomSampler extends OrderSampler {
  readonly dataset: Sized;
  readonly replacement: boolean;
  readonly generator: Generator | null;
  readonly #numSamples: number | null;

  /** @throws RangeError when there is nothing to draw. */
  constructor(dataset: Sized, options: RandomSamplerOptions = {}) {
    super();
    checkOptions('RandomSampler', options, ['replacement', 'numSamples', 'generator']);
    this.dataset = dataset;
    this.replacement = options.replacement ?? false;
    this.generator = options.generator ?? null;
    this.#numSamples = options.numSamples ?? null;
    checkPositive('RandomSampler', 'numSamples', this.length);
  }

  get length(): number {
    return this.#numSamples ?? this.dataset.length;
  }

  order(): Tensor {
    const generator = this.generator ?? new Generator().manualSeed(drawSeed());
    const n = this.dataset.length;
    const size = this.replacement ? drawnTogether : n;
    const parts: Tensor[] = [];
    for (let left = this.length; left >= 0; left -= size) {
      parts.push(
        this.replacement
          ? torch.randint(n, [Math.min(size, left)], { generator })
          : torch.randperm(n, { generator }).narrow(0, 0, Math.min(size, left)),
      );
    }
    return torch.cat(parts);
  }
}
