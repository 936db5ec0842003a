import { functions } from '../ops/install.js';
import type { Generator } from '../random.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Dataset } from './dataset.js';
import { numbersOf } from './indices.js';
import { Subset } from './subset.js';

/** How far from 1 fractions may add up, as Python's `math.isclose`. */
const tolerance = 1e-9;

/**
 * Splits a dataset at random, as PyTorch does for the same seed.
 * @param lengths numbers of items, together all; or fractions that add up to 1, rounded down, what
 * remains going to the first splits one by one
 * @param options `generator`: default the default generator of the CPU
 */
export function randomSplit<Item>(
  dataset: Dataset<Item>,
  lengths: readonly number[],
  options: { readonly generator?: Generator | null } = {},
): Subset<Item>[] {
  checkOptions('randomSplit', options, ['generator']);
  const counts = countsOf(lengths, dataset.length);
  const generator = options.generator ?? null;
  const order = tidy(() => numbersOf(functions.torch.randperm(dataset.length, { generator })));
  let end = 0;
  return counts.map((count) => {
    end += count;
    return new Subset(dataset, order.slice(end - count, end));
  });
}

function countsOf(lengths: readonly number[], total: number): readonly number[] {
  const sum = lengths.reduce((all, length) => all + length, 0);
  const counts = sum <= 1 && sum >= 1 - tolerance ? fromFractions(lengths, total) : lengths;
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new RangeError(
      'randomSplit: lengths are whole numbers, or fractions from 0 to 1 that add up to 1; got ' +
        lengths.join(', '),
    );
  }
  const counted = counts.reduce((all, count) => all + count, 0);
  if (counted === total) return counts;
  throw new RangeError(
    `randomSplit: the lengths must add up to the ${total} items of the dataset, got ${counted}`,
  );
}

function fromFractions(fractions: readonly number[], total: number): number[] {
  const counts = fractions.map((fraction) => Math.floor(total * fraction));
  const counted = counts.reduce((all, count) => all + count, 0);
  return counts.map((count, i) => {
    const extra = Math.ceil((total - counted - i) / counts.length);
    return count + Math.max(0, extra);
  });
}
