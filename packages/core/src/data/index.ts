export type { BatchIterator, BatchSource } from './batches.js';
export { BatchSampler } from './batchSampler.js';
export { type Collated, type Converted, defaultCollate, defaultConvert } from './collate.js';
export { DataLoader, type DataLoaderOptions } from './dataLoader.js';
export { type AnyDataset, Dataset, IterableDataset } from './dataset.js';
export { RandomSampler, type RandomSamplerOptions } from './randomSampler.js';
export { OrderSampler, type Sampler, SequentialSampler, type Sized } from './sampler.js';
export { TensorDataset } from './tensorDataset.js';
