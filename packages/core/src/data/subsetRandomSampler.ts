import { functions } from '../ops/install.js';
import type { Generator } from '../random.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import { indexTensor } from './indices.js';
import { OrderSampler } from './sampler.js';

/** The given indices, each once, in random order. */
export class SubsetRandomSampler extends OrderSampler {
  readonly indices: readonly number[];
  readonly generator: Generator | null;

  /** @param options `generator`: default the default generator of the CPU */
  constructor(indices: readonly number[], options: { readonly generator?: Generator | null } = {}) {
    super();
    checkOptions('SubsetRandomSampler', options, ['generator']);
    this.indices = indices;
    this.generator = options.generator ?? null;
  }

  get length(): number {
    return this.indices.length;
  }

  order(): Tensor {
    const { generator } = this;
    const permutation = functions.torch.randperm(this.length, { generator });
    return indexTensor(this.indices).indexSelect(0, permutation);
  }
}
