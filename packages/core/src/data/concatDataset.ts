import { type TensorHolder, tensorsOf } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkIndex, Dataset, isIndexed } from './dataset.js';
import { tensorsOfAll } from './tensorDataset.js';
import { inWorkers } from './workers/inWorkers.js';

/** Datasets one after another as one. */
export class ConcatDataset<Item> extends Dataset<Item> implements TensorHolder {
  readonly datasets: readonly Dataset<Item>[];
  /** How many items there are up to the end of each dataset. */
  readonly cumulativeSizes: readonly number[];
  /** There where one of the datasets has it. */
  override readonly prepare?: (index: number) => Promise<unknown>;

  /** @throws TypeError for none, and for one without indices. */
  constructor(datasets: readonly Dataset<Item>[]) {
    super();
    if (datasets.length === 0) throw new TypeError('ConcatDataset takes at least one dataset');
    if (!datasets.every(isIndexed)) {
      throw new TypeError('ConcatDataset takes datasets with get(); ChainDataset chains streams');
    }
    this.datasets = datasets;
    if (new.target === ConcatDataset) {
      inWorkers(this, { module: import.meta.url, export: 'ConcatDataset', args: [datasets] });
    }
    let end = 0;
    this.cumulativeSizes = datasets.map((dataset) => {
      end += dataset.length;
      return end;
    });
    if (datasets.some((dataset) => dataset.prepare !== undefined)) {
      this.prepare = async (index) => {
        const { dataset, inDataset } = this.#find(index);
        return dataset.prepare?.(inDataset);
      };
    }
  }

  get length(): number {
    return this.cumulativeSizes.at(-1) ?? 0;
  }

  override get(index: number, prepared?: unknown): Item {
    const { dataset, inDataset } = this.#find(index);
    return dataset.get(inDataset, prepared);
  }

  [tensorsOf](): Iterable<Tensor> {
    return tensorsOfAll(this.datasets);
  }

  #find(index: number): { dataset: Dataset<Item>; inDataset: number } {
    checkIndex('ConcatDataset', index, this.length);
    const which = this.cumulativeSizes.findIndex((end) => index < end);
    const start = this.cumulativeSizes[which - 1] ?? 0;
    return { dataset: this.datasets[which] as Dataset<Item>, inDataset: index - start };
  }
}
