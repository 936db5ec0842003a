import type { Generator } from '../random.js';
import { checkOptions } from '../tensor/options.js';
import { checkPositive } from './checks.js';
import { type AnyDataset, isIndexed } from './dataset.js';
import type { Sampler } from './sampler.js';
import type { WorkersOptions } from './workers/loaderWorkers.js';

export interface DataLoaderOptions<Item, Batch> {
  /** Items in a batch, default 1; null: every item is a batch by itself, and not collated. */
  readonly batchSize?: number | null;
  /** A new random order each pass? Default false. */
  readonly shuffle?: boolean;
  /** The order of the items, in the place of `shuffle`. */
  readonly sampler?: Sampler | null;
  /** The indices of each batch, in the place of `batchSize`, `shuffle`, `sampler`, `dropLast`. */
  readonly batchSampler?: Sampler<readonly number[]> | null;
  /**
   * Makes a batch of items; default {@link defaultCollate}. With `batchSize` null it is given one
   * item, default {@link defaultConvert}; write `new DataLoader<Item, Converted<Item>>(…)` then.
   */
  readonly collate?: (items: Item[]) => Batch;
  /** Is a last batch left out that has fewer items? Default false. */
  readonly dropLast?: boolean;
  /**
   * Puts batches into page-locked memory, from where copies to a GPU are faster and may run beside
   * other work. Default false; without a GPU it does nothing.
   */
  readonly pinMemory?: boolean;
  /** Threads that read batches ahead; default 0: batches are read when they are taken. */
  readonly numWorkers?: number;
  /**
   * Batches that each worker reads ahead, default 2. Without workers: batches whose items a dataset
   * prepares ahead.
   */
  readonly prefetchFactor?: number;
  /** Seconds to wait for a worker's batch; default 0: any time. */
  readonly timeout?: number;
  /** Called in each worker before it reads, with its number; see {@link inWorkers}. */
  readonly workerInit?: ((id: number) => void) | null;
  /**
   * Keep the threads for the next pass? Default false. They end with the loader's `close()`, or
   * when it is collected.
   */
  readonly persistentWorkers?: boolean;
  /** What order and seeds are drawn from; default: the default generator of the CPU. */
  readonly generator?: Generator | null;
}

const known = [
  'batchSize',
  'shuffle',
  'sampler',
  'batchSampler',
  'collate',
  'dropLast',
  'pinMemory',
  'numWorkers',
  'prefetchFactor',
  'timeout',
  'workerInit',
  'persistentWorkers',
  'generator',
];

/** @throws TypeError or RangeError for options that do not go together, or with the dataset */
export function checkLoaderOptions<Item, Batch>(
  dataset: AnyDataset<Item>,
  options: DataLoaderOptions<Item, Batch>,
): void {
  checkOptions('DataLoader', options, known);
  const { batchSize = 1, shuffle, sampler, batchSampler, dropLast } = options;
  if (batchSize !== null) checkPositive('DataLoader', 'batchSize', batchSize);
  if (!isIndexed(dataset)) {
    if (typeof (dataset as Partial<Iterable<Item>>)[Symbol.iterator] !== 'function') {
      throw new TypeError('DataLoader: a dataset has get() and length, or can be iterated over');
    }
    exclude('an IterableDataset', { shuffle, sampler, batchSampler });
  }
  if (sampler) exclude('sampler', { shuffle });
  if (batchSampler) {
    exclude('batchSampler', { batchSize: options.batchSize, shuffle, sampler, dropLast });
  }
  if (batchSize === null) exclude('batchSize: null', { dropLast });
  checkWorkersOptions(options, isIndexed(dataset) && dataset.prepare !== undefined);
}

/** The options for workers, with their defaults. */
export function workersOptions(options: DataLoaderOptions<never, unknown>): WorkersOptions {
  return {
    numWorkers: options.numWorkers ?? 0,
    prefetchFactor: options.prefetchFactor ?? 2,
    timeout: options.timeout ?? 0,
    workerInit: options.workerInit ?? null,
    persistentWorkers: options.persistentWorkers ?? false,
  };
}

function checkWorkersOptions(options: DataLoaderOptions<never, unknown>, prepares: boolean): void {
  const { numWorkers = 0, prefetchFactor = 2, timeout = 0, persistentWorkers } = options;
  if (!Number.isSafeInteger(numWorkers) || numWorkers < 0) {
    throw new RangeError(
      `DataLoader: numWorkers must be a whole number of at least 0, got ${numWorkers}`,
    );
  }
  checkPositive('DataLoader', 'prefetchFactor', prefetchFactor);
  if (!(timeout >= 0)) {
    throw new RangeError(`DataLoader: timeout is a number of seconds from 0 up, got ${timeout}`);
  }
  if (numWorkers === 0) {
    exclude('numWorkers: 0', {
      prefetchFactor: prepares ? undefined : options.prefetchFactor,
      timeout,
      persistentWorkers,
    });
  }
}

function exclude(what: string, others: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(others).filter((name) => Boolean(others[name]));
  if (given.length > 0) throw new TypeError(`DataLoader: ${what} excludes ${given.join(', ')}`);
}
