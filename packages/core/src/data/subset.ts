import { type TensorHolder, tensorsOf } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkIndex, Dataset, itemsAt } from './dataset.js';
import { indexTensor, numbersOf } from './indices.js';
import { tensorsOfAll } from './tensorDataset.js';
import { inWorkers } from './workers/inWorkers.js';

/** Some items of a dataset: item i is its item `indices[i]`. */
export class Subset<Item> extends Dataset<Item> implements TensorHolder {
  readonly dataset: Dataset<Item>;
  readonly indices: readonly number[];
  /** There where the whole dataset has it. */
  override readonly getBatch?: (indices: Tensor) => unknown;
  override readonly prepare?: (index: number) => Promise<unknown>;

  constructor(dataset: Dataset<Item>, indices: readonly number[]) {
    super();
    this.dataset = dataset;
    this.indices = indices;
    if (new.target === Subset) {
      inWorkers(this, { module: import.meta.url, export: 'Subset', args: [dataset, indices] });
    }
    if (dataset.prepare !== undefined) {
      this.prepare = async (index) => dataset.prepare?.(this.#inWhole([index])[0] as number);
    }
    if (dataset.getBatch === undefined) return;
    this.getBatch = (at) => dataset.getBatch?.(indexTensor(this.#inWhole(numbersOf(at))));
  }

  get length(): number {
    return this.indices.length;
  }

  override get(index: number, prepared?: unknown): Item {
    const [inWhole] = this.#inWhole([index]);
    return this.dataset.get(inWhole as number, prepared);
  }

  override getItems(indices: readonly number[]): Item[] {
    return itemsAt(this.dataset, this.#inWhole(indices));
  }

  [tensorsOf](): Iterable<Tensor> {
    return tensorsOfAll([this.dataset]);
  }

  #inWhole(indices: readonly number[]): number[] {
    return indices.map((index) => {
      checkIndex('Subset', index, this.length);
      return this.indices[index] as number;
    });
  }
}
