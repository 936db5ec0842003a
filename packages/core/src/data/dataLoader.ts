import type { Generator } from '../random.js';
import { checkOptions } from '../tensor/options.js';
import type { BatchIterator, BatchSource } from './batches.js';
import { BatchSampler } from './batchSampler.js';
import { type Collated, defaultCollate, defaultConvert } from './collate.js';
import { type AnyDataset, type Dataset, isIndexed } from './dataset.js';
import { LocalBatches } from './localBatches.js';
import { RandomSampler } from './randomSampler.js';
import { type Recipe, readerOf, type Task } from './reader.js';
import { drawSeed, OrderSampler, type Sampler, SequentialSampler } from './sampler.js';
import { OrderTasks, SampledTasks, type Tasks } from './tasks.js';

export interface DataLoaderOptions<Item, Batch> {
  /** Items in a batch, default 1; null: every item is a batch by itself, and not collated. */
  readonly batchSize?: number | null;
  /** A new random order each pass? Default false. */
  readonly shuffle?: boolean;
  /** The order of the items, in the place of `shuffle`. */
  readonly sampler?: Sampler | null;
  /** The indices of each batch, in the place of `batchSize`, `shuffle`, `sampler`, `dropLast`. */
  readonly batchSampler?: Sampler<readonly number[]> | null;
  /** Makes a batch of items; default {@link defaultCollate}. */
  readonly collate?: (items: Item[]) => Batch;
  /** Is a last batch left out that has fewer items? Default false. */
  readonly dropLast?: boolean;
  /** What order and seeds are drawn from; default: the default generator of the CPU. */
  readonly generator?: Generator | null;
}

const options = [
  'batchSize',
  'shuffle',
  'sampler',
  'batchSampler',
  'collate',
  'dropLast',
  'generator',
];

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
  readonly generator: Generator | null;
  /** The order of the items; null for a stream. */
  readonly sampler: Sampler | null;
  /** The indices of the batches; null for a stream and where items are not put together. */
  readonly batchSampler: Sampler<readonly number[]> | null;
  readonly #collate: ((items: Item[]) => Batch) | undefined;

  constructor(dataset: AnyDataset<Item>, given: DataLoaderOptions<Item, Batch> = {}) {
    checkOptions('DataLoader', given, options);
    const { batchSize = 1, dropLast = false, generator = null } = given;
    this.dataset = dataset;
    this.batchSize = given.batchSampler ? null : batchSize;
    this.dropLast = dropLast;
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
    const { length } = this.dataset;
    if (length === undefined) {
      throw new TypeError('this loader has no length: its dataset does not say how long it is');
    }
    const batches = length / (this.batchSize ?? 1);
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  batches(): BatchIterator<Batch> {
    const seed = drawSeed(this.generator);
    return new LocalBatches(this.#tasks(), readerOf(this.#recipe()), seed);
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
    const { dataset, batchSize, dropLast } = this;
    const inBatches = this.batchSampler !== null || batchSize !== null;
    const fromDataset = inBatches && isIndexed(dataset) && dataset.getBatch !== undefined;
    const collate =
      this.#collate ?? (fromDataset ? null : inBatches ? defaultCollate : defaultConvert);
    return { dataset, batchSize, dropLast, collate };
  }

  #tasks(): Tasks<Task> {
    const { sampler, batchSampler } = this;
    const { collate } = this.#recipe();
    if (collate === null && sampler instanceof OrderSampler && batchSampler instanceof BatchSampler)
      return new OrderTasks(sampler, batchSampler);
    return new SampledTasks<Task>(batchSampler ?? sampler ?? []);
  }
}
