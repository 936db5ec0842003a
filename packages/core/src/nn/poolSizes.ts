import { expandSize, type SpatialDims, type SpatialSize } from './sizes.js';

/** For each dimension the size of the output, null to keep the input's; or one for all. */
export type AdaptiveSize = number | readonly (number | null)[];

/** @throws RangeError unless `size` has a number or null for each of `dims` dimensions */
export function checkAdaptiveSize(owner: string, size: AdaptiveSize, dims: SpatialDims): void {
  const numbers = typeof size === 'number' ? size : size.map((item) => item ?? 0);
  expandSize(owner, 'outputSize', numbers, dims);
}

/** The size of the output, or its ratio to the input's. */
export interface FractionalSize {
  outputSize?: SpatialSize | null;
  /** Above 0 and below 1. */
  outputRatio?: SpatialSize | null;
}

/**
 * The output size or the ratio, one number for each dimension.
 * @throws RangeError unless exactly one of both is given and it fits
 */
export function checkFractionalSize(
  owner: string,
  size: FractionalSize,
  dims: 2 | 3,
): { outputSize: readonly number[] | null; outputRatio: readonly number[] | null } {
  const { outputSize = null, outputRatio = null } = size;
  if ((outputSize === null) === (outputRatio === null)) {
    throw new RangeError(`${owner}: give either outputSize or outputRatio`);
  }
  if (outputSize !== null) {
    return { outputSize: expandSize(owner, 'outputSize', outputSize, dims), outputRatio: null };
  }
  const ratios = typeof outputRatio === 'number' ? new Array(dims).fill(outputRatio) : outputRatio;
  if (ratios?.length !== dims || ratios.some((ratio: number) => !(ratio > 0 && ratio < 1))) {
    throw new RangeError(
      `${owner}: outputRatio must be a number above 0 and below 1, or ${dims} of them, got ${outputRatio}`,
    );
  }
  return { outputSize: null, outputRatio: ratios };
}
