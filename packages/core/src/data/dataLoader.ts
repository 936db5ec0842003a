import * as cuda from '../cuda.js';
import type { Generator } from '../random.js';
import type { BatchIterator, BatchSource } from './batches.js';
import { BatchSampler } from './batchSampler.js';
import { type Collated, defaultCollate, defaultConvert } from './collate.js';
import { checkLoaderOptions, type DataLoaderOptions } from './dataLoaderOptions.js';
import { type AnyDataset, type Dataset, isIndexed, lengthOf } from './dataset.js';
import { LocalBatches } from './localBatches.js';
import { RandomSampler } from './randomSampler.js';
import { type Recipe, readerOf, type Task } from './reader.js';
import { drawSeed, OrderSampler, type Sampler, SequentialSampler } from './sampler.js';
import { seeded } from './seeded.js';
import { StreamBatches } from './streamBatches.js';
import { OrderTasks, SampledTasks, type Tasks } from './tasks.js';

/**
 * Batches of a dataset, in the order that PyTorch's loader gives for the same seed.
 *
 * The random numbers that dataset and `collate` draw start anew for each batch, from a seed drawn
 * for the pass and the batch's number; the default generator is put back afterwards.
 */
export class DataLoader<Item, Batch = Collated<Item>>
  implements BatchSource<Batch>, Iterable<Batch>, AsyncIterable<Batch>
{
  readonly dataset: AnyDataset<Item>;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  readonly pinMemory: boolean;
  readonly generator: Generator | null;
  /** The order of the items; null for a stream. */
  readonly sampler: Sampler | null;
  /** The indices of the batches; null for a stream and where items are not put together. */
  readonly batchSampler: Sampler<readonly number[]> | null;
  readonly #collate: ((items: Item[]) => Batch) | undefined;

  constructor(dataset: AnyDataset<Item>, given: DataLoaderOptions<Item, Batch> = {}) {
    checkLoaderOptions(dataset, given);
    const { batchSize = 1, dropLast = false, generator = null } = given;
    this.dataset = dataset;
    this.batchSize = given.batchSampler ? null : batchSize;
    this.dropLast = dropLast;
    this.pinMemory = (given.pinMemory ?? false) && cuda.isAvailable();
    this.generator = generator;
    this.#collate = given.collate;
    if (isIndexed(dataset)) {
      this.sampler = given.sampler ?? this.#defaultSampler(dataset, given.shuffle ?? false);
      this.batchSampler =
        given.batchSampler ??
        (batchSize === null ? null : new BatchSampler(this.sampler, batchSize, dropLast));
    } else {
      this.sampler = null;
      this.batchSampler = null;
    }
  }

  /** Batches in one pass. */
  get length(): number {
    const sampler = this.batchSampler ?? this.sampler;
    if (sampler !== null) return sampler.length;
    const batches = lengthOf(this.dataset) / (this.batchSize ?? 1);
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  batches(): BatchIterator<Batch> {
    const seed = drawSeed(this.generator);
    const recipe = this.#recipe();
    const reader = readerOf(recipe);
    if (this.sampler === null) return new StreamBatches(seeded(reader, seed));
    return new LocalBatches(
      this.#tasks(this.sampler, recipe),
      recipe.collate === null ? reader : seeded(reader, seed),
    );
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    const batches = this.batches();
    try {
      while (await batches.ready()) yield batches.take();
    } finally {
      await batches.close();
    }
  }

  *[Symbol.iterator](): Iterator<Batch> {
    const batches = this.batches();
    try {
      while (batches.ready()) yield batches.take();
    } finally {
      batches.close();
    }
  }

  #defaultSampler(dataset: Dataset<Item>, shuffle: boolean): Sampler {
    if (!shuffle) return new SequentialSampler(dataset);
    return new RandomSampler(dataset, { generator: this.generator });
  }

  #recipe(): Recipe<Item> {
    const { dataset, batchSize, dropLast, pinMemory } = this;
    const inBatches = this.batchSampler !== null || batchSize !== null;
    const fromDataset = inBatches && isIndexed(dataset) && dataset.getBatch !== undefined;
    const collate =
      this.#collate ?? (fromDataset ? null : inBatches ? defaultCollate : defaultConvert);
    return { dataset, batchSize, dropLast, collate, pinMemory };
  }

  #tasks(sampler: Sampler, { collate }: Recipe<Item>): Tasks<Task> {
    const { batchSampler } = this;
    return collate === null &&
      sampler instanceof OrderSampler &&
      batchSampler instanceof BatchSampler
      ? new OrderTasks(sampler, batchSampler)
      : new SampledTasks<Task>(batchSampler ?? sampler);
  }
}
