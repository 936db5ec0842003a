import { IterableDataset, lengthOf } from './dataset.js';
import { inWorkers } from './workers/inWorkers.js';

/** Streams one after another as one. */
export class ChainDataset<Item> extends IterableDataset<Item> {
  readonly datasets: readonly IterableDataset<Item>[];

  constructor(datasets: readonly IterableDataset<Item>[]) {
    super();
    this.datasets = datasets;
    if (new.target === ChainDataset) {
      inWorkers(this, { module: import.meta.url, export: 'ChainDataset', args: [datasets] });
    }
  }

  /**
   * Items of all streams.
   * @throws TypeError when one of them does not say how many it has.
   */
  get length(): number {
    return this.datasets.reduce((sum, dataset) => sum + lengthOf(dataset), 0);
  }

  *[Symbol.iterator](): Iterator<Item> {
    for (const dataset of this.datasets) yield* dataset;
  }
}
