/** The value on the way from `start` to `end` at `position`, 0 to 1. */
export type Annealing = (start: number, end: number, position: number) => number;

/** Stays at `start`. */
export const annealingNo: Annealing = (start) => start;

/** In equal differences: start + position (end - start). */
export const annealingLinear: Annealing = (start, end, position) =>
  start + position * (end - start);

/** Half a cosine wave: end + (start - end) / 2 (cos(π position) + 1). */
export const annealingCos: Annealing = (start, end, position) =>
  end + ((start - end) / 2) * (Math.cos(Math.PI * position) + 1);

/** In equal ratios: start (end / start)^position; both must have the same sign, none be 0. */
export const annealingExp: Annealing = (start, end, position) => start * (end / start) ** position;

/** Polynomial decay: end + (start - end) (1 - position)^degree. */
export function annealingPoly(degree: number): Annealing {
  return (start, end, position) => end + (start - end) * (1 - position) ** degree;
}
