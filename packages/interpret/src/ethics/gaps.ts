/** How far the best and the worst of some groups are apart. */
export interface Gap {
  readonly best: string;
  readonly worst: string;
  /** Of the value; not below 0. */
  readonly gap: number;
}

/** With how many times as many errors the worst group has. */
export interface AccuracyGap extends Gap {
  /** Errors of the worst group / of the best; Infinity where the best has none, 1 where none has. */
  readonly errorRatio: number;
}

/**
 * The gap of a value by group; groups without one, NaN, are left out.
 * @param direction which value is better
 * @returns undefined where no group has a value
 */
export function gapOf(
  values: Iterable<readonly [group: string, value: number]>,
  direction: 'min' | 'max' = 'max',
): Gap | undefined {
  const known = [...values].filter(([, value]) => !Number.isNaN(value));
  const [first] = known;
  if (first === undefined) return undefined;
  const sign = direction === 'max' ? 1 : -1;
  const better = (a: readonly [string, number], b: readonly [string, number]) =>
    sign * (b[1] - a[1]) > 0 ? b : a;
  const worse = (a: readonly [string, number], b: readonly [string, number]) =>
    sign * (b[1] - a[1]) < 0 ? b : a;
  const [best, worst] = [known.reduce(better, first), known.reduce(worse, first)];
  return { best: best[0], worst: worst[0], gap: Math.abs(best[1] - worst[1]) };
}

/**
 * The gap of accuracies by group, and the ratio of the errors, as of the Gender Shades study
 * (Buolamwini and Gebru 2018).
 * @param accuracies from 0 to 1, by group
 * @throws RangeError for no groups, and for an accuracy that is none
 */
export function accuracyGap(accuracies: Readonly<Record<string, number>>): AccuracyGap {
  const entries = Object.entries(accuracies);
  const gap = gapOf(entries);
  const wrong = entries.find(([, value]) => !(value >= 0 && value <= 1));
  if (gap === undefined || wrong !== undefined) {
    const got = wrong === undefined ? 'no group' : `${wrong[1]} of '${wrong[0]}'`;
    throw new RangeError(`accuracyGap: expected accuracies from 0 to 1 by group, got ${got}`);
  }
  const errorOf = (group: string) => 1 - (accuracies[group] as number);
  return { ...gap, errorRatio: ratioOf(errorOf(gap.worst), errorOf(gap.best)) };
}

/** How many times one rate is another: Infinity over 0, 1 where both are 0. */
export function ratioOf(larger: number, smaller: number): number {
  return larger === smaller ? 1 : larger / smaller;
}

export function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(2) : 'infinite';
}
