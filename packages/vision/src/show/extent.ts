/** Where the borders of something lie; y counts downwards where the bottom is above the top. */
export type Extent = readonly [left: number, right: number, bottom: number, top: number];

/** What shows several things: it turns as the first does. */
export function unionOf(extents: readonly [Extent, ...Extent[]]): Extent {
  return [...along(extents, 0, 1), ...along(extents, 2, 3)];
}

function along(
  extents: readonly [Extent, ...Extent[]],
  from: 0 | 2,
  to: 1 | 3,
): [from: number, to: number] {
  const values = extents.flatMap((extent) => [extent[from], extent[to]]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return extents[0][from] < extents[0][to] ? [low, high] : [high, low];
}

export function widthOf([left, right]: Extent): number {
  return Math.abs(right - left);
}

export function heightOf([, , bottom, top]: Extent): number {
  return Math.abs(bottom - top);
}
