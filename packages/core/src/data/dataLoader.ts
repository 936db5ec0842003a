import * as cuda from '../cuda.js';
import type { Generator } from '../random.js';
import type { BatchIterator, BatchSource } from './batches.js';
import { BatchSampler } from './batchSampler.js';
import { type Collated, defaultCollate, defaultConvert } from './collate.js';
import { checkLoaderOptions, type DataLoaderOptions, workersOptions } from './dataLoaderOptions.js';
import { type AnyDataset, type Dataset, isIndexed, lengthOf } from './dataset.js';
import { LocalBatches } from './localBatches.js';
import { PreparedBatches } from './preparedBatches.js';
import { RandomSampler } from './randomSampler.js';
import { type Recipe, readerOf } from './reader.js';
import { drawSeed, OrderSampler, type Sampler, SequentialSampler } from './sampler.js';
import { seeded } from './seeded.js';
import { StreamBatches } from './streamBatches.js';
import { OrderTasks, SampledTasks, streamTasks, type Tasks } from './tasks.js';
import { LoaderWorkers } from './workers/loaderWorkers.js';
import type { WorkerTask } from './workers/workerPass.js';

/**
 * Batches of a dataset, in the order that PyTorch's loader gives for the same seed.
 *
 * Random numbers that the dataset and `collate` draw with torch start anew for each batch, from a
 * seed drawn for the pass and the batch's number: they do not depend on the number of workers, nor
 * on what is drawn between batches. (Of a stream, each worker has its own.) The default generator
 * is put back afterwards. `Math.random` has no seed.
 *
 * With `numWorkers`, threads read batches ahead: `for await (const [x, y] of loader)`. A pass that
 * is left early ends its threads, and frees what they have read; none keeps the process alive.
 * What a worker throws comes out as a `WorkerError`. A dataset or `collate` of one's own says with
 * {@link inWorkers} how it is made there.
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
  readonly numWorkers: number;
  readonly prefetchFactor: number;
  readonly #recipe: Recipe<Item>;
  readonly #workers: LoaderWorkers | null;

  constructor(dataset: AnyDataset<Item>, given: DataLoaderOptions<Item, Batch> = {}) {
    checkLoaderOptions(dataset, given);
    const { batchSize = 1, dropLast = false, generator = null } = given;
    this.dataset = dataset;
    this.batchSize = given.batchSampler ? null : batchSize;
    this.dropLast = dropLast;
    this.pinMemory = (given.pinMemory ?? false) && cuda.isAvailable();
    this.generator = generator;
    this.numWorkers = given.numWorkers ?? 0;
    this.prefetchFactor = given.prefetchFactor ?? 2;
    if (isIndexed(dataset)) {
      this.sampler = given.sampler ?? this.#defaultSampler(dataset, given.shuffle ?? false);
      this.batchSampler =
        given.batchSampler ??
        (batchSize === null ? null : new BatchSampler(this.sampler, batchSize, dropLast));
    } else {
      this.sampler = null;
      this.batchSampler = null;
    }
    this.#recipe = this.#recipeWith(given.collate);
    this.#workers =
      this.numWorkers === 0 ? null : new LoaderWorkers(this.#recipe, workersOptions(given));
  }

  /** Batches in one pass. */
  get length(): number {
    const sampler = this.batchSampler ?? this.sampler;
    if (sampler !== null) return sampler.length;
    const batches = lengthOf(this.dataset) / (this.batchSize ?? 1);
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  /**
   * Begins a pass. Ask `ready()` outside of every scope: items that a stream gives are made there.
   */
  batches(): BatchIterator<Batch> {
    const seed = drawSeed(this.generator);
    if (this.#workers !== null) return this.#workers.begin(this.#sampledTasks(), seed);
    const reader = readerOf(this.#recipe);
    if (this.sampler === null) return new StreamBatches(seeded(reader, seed));
    if (this.#prepares) {
      const { prefetchFactor } = this;
      const dataset = this.dataset as Dataset<Item>;
      return new PreparedBatches(this.#sampledTasks(), seeded(reader, seed), {
        dataset,
        prefetchFactor,
      });
    }
    if (this.#recipe.collate !== null) {
      return new LocalBatches(this.#sampledTasks(), seeded(reader, seed));
    }
    const { sampler, batchSampler } = this;
    return new LocalBatches(
      sampler instanceof OrderSampler && batchSampler instanceof BatchSampler
        ? new OrderTasks(sampler, batchSampler)
        : this.#sampledTasks(),
      reader,
    );
  }

  /** Ends the worker threads that `persistentWorkers` has kept. */
  async close(): Promise<void> {
    await this.#workers?.close();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Batch> {
    const batches = this.batches();
    try {
      while (await batches.ready()) yield batches.take();
    } finally {
      await batches.close();
    }
  }

  /** Must items be waited for, without workers? */
  get #prepares(): boolean {
    return isIndexed(this.dataset) && this.dataset.prepare !== undefined;
  }

  /** @throws TypeError when batches must be waited for: those of workers and prepared ones. */
  *[Symbol.iterator](): Iterator<Batch> {
    if (this.#workers !== null || this.#prepares) {
      const what = this.#workers === null ? 'of a dataset with prepare()' : 'with workers';
      throw new TypeError(`a DataLoader ${what} is iterated with \`for await\`, not \`for\``);
    }
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

  #recipeWith(collate: ((items: Item[]) => Batch) | undefined): Recipe<Item> {
    const { dataset, batchSize, dropLast, pinMemory } = this;
    const inBatches = this.batchSampler !== null || batchSize !== null;
    const byDataset = inBatches && isIndexed(dataset) && dataset.getBatch !== undefined;
    const byDefault = byDataset ? null : inBatches ? defaultCollate : defaultConvert;
    return { dataset, batchSize, dropLast, pinMemory, collate: collate ?? byDefault };
  }

  #sampledTasks(): Tasks<WorkerTask> {
    const sampler = this.batchSampler ?? this.sampler;
    return sampler === null ? streamTasks : new SampledTasks<WorkerTask>(sampler);
  }
}
