import { tensor, tidy } from '@flambeau/core';

/** A range that holds a value with some confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A share of items, with the counts it comes from. */
export interface Share extends Interval {
  readonly count: number;
  readonly of: number;
  /** count / of; NaN where there are none. */
  readonly value: number;
}

/**
 * Wilson's score interval (1927) of the share `count` / `of`, which, other than the normal one,
 * holds for few items and for shares near 0 and 1.
 * @param confidence default 0.95
 * @throws RangeError unless 0 <= count <= of, of > 0, 0 < confidence < 1
 */
export function wilsonInterval(count: number, of: number, confidence = 0.95): Interval {
  if (!(of > 0 && count >= 0 && count <= of && confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `wilsonInterval: expected a share of items and a confidence between 0 and 1, ` +
        `got ${count} / ${of} and ${confidence}`,
    );
  }
  const z = normalQuantile(confidence);
  const p = count / of;
  const centre = p + z ** 2 / (2 * of);
  const spread = z * Math.sqrt((p * (1 - p)) / of + z ** 2 / (4 * of ** 2));
  const whole = 1 + z ** 2 / of;
  // Rounding may leave the ends of 0 / n and n / n just beyond 0 and 1.
  const low = count === 0 ? 0 : (centre - spread) / whole;
  const high = count === of ? 1 : (centre + spread) / whole;
  return { low, high };
}

/** A share with {@link wilsonInterval} of 95 %; of no items it is NaN, between 0 and 1. */
export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of, value: Number.NaN, low: 0, high: 1 };
  return { count, of, value: count / of, ...wilsonInterval(count, of) };
}

/** `2/3 = 0.667 [0.208, 0.939]`. */
export function shareText({ count, of, value, low, high }: Share): string {
  const interval = `[${low.toFixed(3)}, ${high.toFixed(3)}]`;
  return of === 0 ? 'none' : `${count}/${of} = ${value.toFixed(3)} ${interval}`;
}

/** How many deviations around the mean a normal variable stays within with this probability. */
function normalQuantile(probability: number): number {
  return tidy(() =>
    Number(tensor(probability, { dtype: 'float64' }).erfinv().mul(Math.SQRT2).item()),
  );
}
