import { Generator, type Tensor, tidy, torch } from '@flambeau/core';
import type { Interval } from './intervals.js';
import { quantile } from './quantile.js';

/**
 * The percentile interval of a statistic (Efron 1979): of its values for `resamples` of the items,
 * drawn with replacement. Resamples without a value, NaN, are left out.
 * @param statistic gets the places of the items drawn, int64 `[n]`
 * @throws RangeError unless 0 < confidence < 1 and there are resamples
 */
export function bootstrapInterval(
  statistic: (rows: Tensor) => number,
  n: number,
  { confidence, resamples, seed }: { confidence: number; resamples: number; seed: number },
): Interval {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence must be between 0 and 1, got ${confidence}`);
  }
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`resamples must be a whole number from 1 up, got ${resamples}`);
  }
  const generator = new Generator();
  generator.manualSeed(seed);
  const values = Float64Array.from({ length: resamples }, () =>
    tidy(() => statistic(torch.randint(n, [n], { generator }))),
  )
    .filter((value) => !Number.isNaN(value))
    .sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) };
}
