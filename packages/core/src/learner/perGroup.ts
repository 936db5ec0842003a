/** One number for all layer groups, or one for each. */
export type PerGroup = number | readonly number[];

/** @throws RangeError unless there is one number, or one for each of `count` groups */
export function expandPerGroup(values: PerGroup, count: number, name: string): readonly number[] {
  if (typeof values === 'number') return Array.from({ length: count }, () => values);
  if (values.length === count) return values;
  if (values.length === 1) return Array.from({ length: count }, () => values[0] as number);
  throw new RangeError(`${name} needs one value or ${count}, one a layer group, got [${values}]`);
}
