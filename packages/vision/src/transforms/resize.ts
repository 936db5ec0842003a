/**
 * How an image gets another size: 'crop' scales it until it covers the size and cuts off the rest,
 * 'pad' scales it until it lies within and fills up, 'squish' changes the ratio of its sides, 'no'
 * leaves it.
 */
export type ResizeMethod = 'crop' | 'pad' | 'squish' | 'no';

/** Pixels. */
export type Sides = readonly [rows: number, columns: number];

/** The sides, each rounded to the nearest multiple. */
export function roundedSides(sides: Sides, mult: number | undefined): Sides {
  if (mult === undefined) return sides;
  const rounded = (side: number) => Math.floor(side / mult + 0.5) * mult;
  return [rounded(sides[0]), rounded(sides[1])];
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
  return [halfToEven(rows / ratio), halfToEven(columns / ratio)];
}

/** Rounds as Python does. */
function halfToEven(value: number): number {
  const floor = Math.floor(value);
  const isHalf = value - floor === 0.5;
  return isHalf ? floor + (floor % 2) : Math.round(value);
}
