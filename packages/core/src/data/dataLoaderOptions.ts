import type { Generator } from '../random.js';
import { checkOptions } from '../tensor/options.js';
import { checkPositive } from './checks.js';
import { type AnyDataset, isIndexed } from './dataset.js';
import type { Sampler } from './sampler.js';

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
   * Makes a batch of items; default {@link defaultCollate}, and with `batchSize` null
   * {@link defaultConvert}.
   */
  readonly collate?: (items: Item[]) => Batch;
  /** Is a last batch left out that has fewer items? Default false. */
  readonly dropLast?: boolean;
  /**
   * Puts batches into page-locked memory, from where copies to a GPU are faster and may run beside
   * other work. Default false; without a GPU it does nothing.
   */
  readonly pinMemory?: boolean;
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
}

function exclude(what: string, others: Readonly<Record<string, unknown>>): void {
  const given = Object.keys(others).filter((name) => Boolean(others[name]));
  if (given.length > 0) throw new TypeError(`DataLoader: ${what} excludes ${given.join(', ')}`);
}
