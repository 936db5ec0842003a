import { data, type SupervisedBatch, type Tensor } from '@flambeau/core';

/** Rows as two inputs, categories and numbers, and a target: a batch is one pick of each. */
export class TabularDataset extends data.Dataset<SupervisedBatch> {
  readonly #cats: Tensor;
  readonly #conts: Tensor;
  readonly #targets: Tensor;

  constructor(cats: Tensor, conts: Tensor, targets: Tensor) {
    super();
    this.#cats = cats;
    this.#conts = conts;
    this.#targets = targets;
  }

  get length(): number {
    return this.#targets.size(0);
  }

  override get(index: number): SupervisedBatch {
    return this.#pick((tensor) => tensor.select(0, index));
  }

  override getBatch(indices: Tensor): SupervisedBatch {
    return this.#pick((tensor) => tensor.indexSelect(0, indices));
  }

  #pick(pick: (tensor: Tensor) => Tensor): SupervisedBatch {
    return [[pick(this.#cats), pick(this.#conts)], pick(this.#targets)];
  }
}
