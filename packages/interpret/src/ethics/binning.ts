import { isMissing, missingGroup } from './groups.js';
import { quantile } from './quantile.js';

/** Puts values of a column into bins. */
export interface Binning {
  readonly isNumeric: boolean;
  binOf(value: unknown): string;
}

/**
 * Bins of a column: the values themselves, or of numbers with more than `bins` different values,
 * ranges that hold as many of these numbers each. Missing values are a bin, and so is what is no
 * number among numbers.
 * @throws RangeError unless `bins` is a whole number from 2 up
 */
export function binningOf(values: readonly unknown[], bins: number): Binning {
  if (!Number.isInteger(bins) || bins < 2) {
    throw new RangeError(`bins must be a whole number from 2 up, got ${bins}`);
  }
  const known = values.filter((value) => !isMissing(value));
  const numbers = known.filter(isNumber);
  const isNumeric = numbers.length === known.length && new Set(known).size > bins;
  if (!isNumeric) {
    return { isNumeric, binOf: (value) => (isMissing(value) ? missingGroup : `${value}`) };
  }
  const sorted = Float64Array.from(numbers, Number).sort();
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
  const ends = [...new Set(edges)];
  return {
    isNumeric,
    binOf(value) {
      if (isMissing(value)) return missingGroup;
      if (!isNumber(value)) return `${value}`;
      const place = ends.findIndex((end) => Number(value) <= end);
      return place < 0 ? `above ${ends.at(-1)}` : `up to ${ends[place]}`;
    },
  };
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint';
}

/** How often each bin occurs. */
export function countBins(bins: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const bin of bins) counts.set(bin, (counts.get(bin) ?? 0) + 1);
  return counts;
}
