import { checkWhole } from './checks.js';

/**
 * How an image gets another size: 'crop' scales it until it covers the size and cuts off the rest,
 * 'pad' scales it until it lies within and fills up, 'squish' changes the ratio of its sides, 'no'
 * leaves it.
 */
export type ResizeMethod = 'crop' | 'pad' | 'squish' | 'no';

/** Pixels. */
export type Sides = readonly [rows: number, columns: number];

/**
 * The sides, each rounded to the nearest multiple.
 * @throws RangeError for what has no multiples, and for sides of less than half of one
 */
export function roundedSides([rows, columns]: Sides, mult: number | undefined): Sides {
  if (mult === undefined) return [rows, columns];
  checkWhole('mult', mult, 1);
  if (2 * Math.min(rows, columns) < mult) {
    throw new RangeError(`mult ${mult} rounds a size of ${rows} x ${columns} to nothing`);
  }
  const rounded = (side: number) => Math.floor(side / mult + 0.5) * mult;
  return [rounded(rows), rounded(columns)];
}

/** What an image is scaled to, before it is cropped or padded to `target`. */
export function resizedSides(
  [rows, columns]: Sides,
  target: Sides,
  method: Exclude<ResizeMethod, 'no'>,
): Sides {
  if (method === 'squish') return target;
  const choose = method === 'crop' ? Math.min : Math.max;
  const ratio = choose(rows / target[0], columns / target[1]);
  return [Math.max(halfToEven(rows / ratio), 1), Math.max(halfToEven(columns / ratio), 1)];
}

/** Rounds as Python does. */
function halfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf ? floor + (floor % 2) : Math.round(value);
}
