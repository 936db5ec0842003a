import { linalg, noGrad, type Tensor } from '@flambeau/core';

/** Points by the two directions in which they differ most. */
export interface Components {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The share of the variance that is along each. */
  readonly shares: readonly [number, number];
}

/**
 * Principal components of rows `[n, size]`. Their signs, which are free, are such that the point
 * farthest from the middle is on the positive side.
 */
export function principalComponents(rows: Tensor): Components {
  return noGrad(() => {
    const centred = rows.double().cpu();
    const [u, s] = linalg.svd(centred.sub(centred.mean(0)), false) as readonly Tensor[];
    const lengths = (s as Tensor).toArray() as number[];
    const total = lengths.reduce((sum, length) => sum + length ** 2, 0);
    const along = (place: number): number[] => {
      const length = lengths[place];
      if (length === undefined) return new Array<number>(rows.size(0)).fill(0);
      const points = (u as Tensor).select(1, place).mul(length).toArray() as number[];
      const farthest = points.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
      return farthest < 0 ? points.map((point) => -point) : points;
    };
    const share = (place: number) => (total > 0 ? (lengths[place] ?? 0) ** 2 / total : 0);
    return { x: along(0), y: along(1), shares: [share(0), share(1)] };
  });
}
