export type { BatchIterator, BatchSource } from './batches.js';
export { BatchSampler } from './batchSampler.js';
export { ChainDataset } from './chainDataset.js';
export { type Collated, type Converted, defaultCollate, defaultConvert } from './collate.js';
export { ConcatDataset } from './concatDataset.js';
export { DataLoader } from './dataLoader.js';
export type { DataLoaderOptions } from './dataLoaderOptions.js';
export { type AnyDataset, Dataset, IterableDataset } from './dataset.js';
export { DistributedSampler, type DistributedSamplerOptions } from './distributedSampler.js';
export { RandomSampler, type RandomSamplerOptions } from './randomSampler.js';
export { randomSplit } from './randomSplit.js';
export { OrderSampler, type Sampler, SequentialSampler, type Sized } from './sampler.js';
export { StackDataset, type StackedItem } from './stackDataset.js';
export { Subset } from './subset.js';
export { SubsetRandomSampler } from './subsetRandomSampler.js';
export { TensorDataset } from './tensorDataset.js';
export {
  WeightedRandomSampler,
  type WeightedRandomSamplerOptions,
} from './weightedRandomSampler.js';
export { WorkerError } from './workers/error.js';
export { getWorkerInfo, type WorkerInfo } from './workers/info.js';
export { inWorkers, type WorkerSource } from './workers/inWorkers.js';
