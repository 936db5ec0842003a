import type { BatchSource } from '../data/batches.js';
import { DataLoader } from '../data/dataLoader.js';
import type { DataLoaderOptions } from '../data/dataLoaderOptions.js';
import { type AnyDataset, isIndexed } from '../data/dataset.js';
import type { SupervisedBatch } from './batch.js';
import { noBatches } from './noBatches.js';

type Source = BatchSource<SupervisedBatch>;

/** The parts of the data, as items `[x, y]`; null for a part that is not there. */
export interface Datasets {
  readonly train: AnyDataset<unknown> | null;
  readonly valid: AnyDataset<unknown> | null;
  readonly test: AnyDataset<unknown> | null;
  readonly fix: AnyDataset<unknown> | null;
}

/** How datasets are loaded: {@link DataLoader}'s options, but for what the part decides. */
export interface LoadingOptions
  extends Omit<
    DataLoaderOptions<unknown, SupervisedBatch>,
    'batchSize' | 'shuffle' | 'sampler' | 'batchSampler' | 'dropLast'
  > {
  /** Items in a training batch. Default 64. */
  readonly bs?: number;
  /** Items in all other batches. Default `bs`. */
  readonly valBs?: number;
}

/** The batches of each part. */
export interface Loaders {
  readonly trainDl: Source;
  readonly validDl: Source | null;
  readonly testDl: Source | null;
  readonly fixDl: Source | null;
}

/** Loaders that can be made again for another batch size. */
export interface ResizableLoaders extends Loaders {
  readonly batchSize: number;
  /** The same of all parts for another batch size. */
  readonly resize: (batchSize: number) => ResizableLoaders;
}

/**
 * Batches of datasets: those of training in a new random order each epoch, where the items have
 * indices, and without a last batch that is not full; all others in order.
 */
export function datasetLoaders(datasets: Datasets, options: LoadingOptions = {}): ResizableLoaders {
  const { bs = 64, valBs = bs, ...loading } = options;
  const { train, valid, test, fix } = datasets;
  const inOrder = (dataset: AnyDataset<unknown> | null) =>
    dataset && new DataLoader<unknown, SupervisedBatch>(dataset, { ...loading, batchSize: valBs });
  return {
    trainDl:
      train === null
        ? noBatches
        : new DataLoader<unknown, SupervisedBatch>(train, {
            ...loading,
            batchSize: bs,
            shuffle: isIndexed(train),
            dropLast: true,
          }),
    validDl: inOrder(valid),
    testDl: inOrder(test),
    fixDl: inOrder(fix),
    batchSize: bs,
    resize: (batchSize) => datasetLoaders(datasets, { ...loading, bs: batchSize }),
  };
}
