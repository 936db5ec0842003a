import { inspect } from 'node:util';
import type { PerGroup } from './perGroup.js';

/** Rates from the first layer group to the last; what `slice()` gives is one. */
export interface LrRange {
  /** The first group's. Without it, all groups but the last have a tenth of `stop`. */
  readonly start?: number | null;
  /** The last group's. */
  readonly stop: number | null;
}

/** A learning rate for all layer groups, one for each, or a range. */
export type LearningRate = PerGroup | LrRange;

/** What is trained with unless told otherwise. */
export const defaultLr: LrRange = { stop: 3e-3 };

/**
 * The learning rates of `groups` layer groups: a range from a to b is the geometric sequence
 * a (b/a)^(i/(groups-1)).
 * @throws TypeError for anything else than numbers or a range, RangeError for rates below 0
 */
export function lrRange(lr: LearningRate, groups: number): PerGroup {
  const rates = typeof lr === 'number' || Array.isArray(lr) ? lr : expand(lr as LrRange, groups);
  const list = typeof rates === 'number' ? [rates] : rates;
  if (list.length === 0 || list.some((rate) => !(rate >= 0 && Number.isFinite(rate)))) {
    throw new RangeError(`learning rates must be finite and at least 0, got ${inspect(lr)}`);
  }
  return rates;
}

function expand({ start, stop }: LrRange, groups: number): readonly number[] {
  if (typeof stop !== 'number') {
    throw new TypeError(
      `a learning rate is a number, a list of them or a range with a stop, got ${inspect({ start, stop })}`,
    );
  }
  return Array.from({ length: groups }, (_, i) => {
    if (i === groups - 1) return stop;
    return start ? start * (stop / start) ** (i / (groups - 1)) : stop / 10;
  });
}
