import { linalg, tidy, torch } from '@flambeau/core';
import { type Position, zoomMatrix } from './affine.js';
import { checkAbove0, checkWhole } from './checks.js';
import { defineTransform } from './defineTransform.js';
import { chances, uniform, uniformInt, uniforms } from './draws.js';
import type { Matrix } from './matrix.js';
import { order } from './randTransform.js';

type Point = readonly [x: number, y: number];
type Corners = readonly [Point, Point, Point, Point];

const corners: Corners = [
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
];

/** What the transforms of a perspective have in common. */
interface Warp {
  /** Warps the other way round: back from where this warp has brought the image. */
  readonly invert: boolean;
}

/**
 * Moves each corner by a vector of its own: x and y of the corners top left, bottom left, top right
 * and bottom right, as shares of half a side.
 */
export const perspectiveWarp = defineTransform<{ readonly magnitude: readonly number[] } & Warp>({
  name: 'perspectiveWarp',
  order: order.coord,
  defaults: { magnitude: [0, 0, 0, 0, 0, 0, 0, 0], invert: false },
  draws: { magnitude: uniforms(8) },
  apply: (draft, { magnitude, invert }) => {
    checkCount('perspectiveWarp', magnitude, 8);
    const moved = corners.map(([x, y], i) => [
      x + (magnitude[2 * i] as number),
      y + (magnitude[2 * i + 1] as number),
    ]) as unknown as Corners;
    draft.project(warp(moved, invert));
  },
});

/** Looks at the image from elsewhere: pulls two corners at once, by four magnitudes. */
export const symmetricWarp = defineTransform<{ readonly magnitude: readonly number[] } & Warp>({
  name: 'symmetricWarp',
  order: order.coord,
  defaults: { magnitude: [0, 0, 0, 0], invert: false },
  draws: { magnitude: uniforms(4) },
  apply: (draft, { magnitude, invert }) => {
    checkCount('symmetricWarp', magnitude, 4);
    const [right, left, bottom, top] = magnitude as readonly [number, number, number, number];
    const moved: Corners = [
      [-1 - top, -1 - left],
      [-1 - bottom, 1 + left],
      [1 + top, -1 - right],
      [1 + bottom, 1 + right],
    ];
    draft.project(warp(moved, invert));
  },
});

/** Stretches one edge: 0 the right, 1 the left, 2 the bottom, 3 the top one. */
export const tilt = defineTransform<
  { readonly direction: number; readonly magnitude: number } & Warp
>({
  name: 'tilt',
  order: order.coord,
  defaults: { direction: 0, magnitude: 0, invert: false },
  draws: { direction: uniformInt, magnitude: uniform },
  apply: (draft, { direction, magnitude, invert }) => {
    checkWhole('tilt: direction', direction, 0, 3);
    // Of the edges right and left y is stretched, of bottom and top x.
    const stretched = direction < 2 ? 1 : 0;
    const across = 1 - stretched;
    const side = direction % 2 === 0 ? 1 : -1;
    const moved = corners.map((corner) =>
      corner[across] === side
        ? corner.map((value, axis) => (axis === stretched ? value * (1 + magnitude) : value))
        : corner,
    ) as unknown as Corners;
    draft.project(warp(moved, invert));
  },
});

/** Moves one coordinate of one corner outwards: `direction` counts x and y of each corner. */
export const skew = defineTransform<
  { readonly direction: number; readonly magnitude: number } & Warp
>({
  name: 'skew',
  order: order.coord,
  defaults: { direction: 0, magnitude: 0, invert: false },
  draws: { direction: uniformInt, magnitude: uniform },
  apply: (draft, { direction, magnitude, invert }) => {
    checkWhole('skew: direction', direction, 0, 7);
    const moved = corners.map((corner, i) =>
      corner.map((value, axis) => (2 * i + axis === direction ? value * (1 + magnitude) : value)),
    ) as unknown as Corners;
    draft.project(warp(moved, invert));
  },
});

/** Moves every pixel by itself, up to `magnitude` in each direction. */
export const jitter = defineTransform<{ readonly magnitude: number }>({
  name: 'jitter',
  order: order.coord,
  defaults: { magnitude: 0 },
  draws: { magnitude: uniform },
  apply: (draft, { magnitude }) =>
    draft.coords((grid) =>
      grid.add(
        torch
          .randLike(grid)
          .sub(0.5)
          .mul(2 * magnitude),
      ),
    ),
});

/**
 * Shows a part of the image, in another ratio of its sides: the first of several drawn that lies
 * within the image, or else the largest square in its middle.
 */
export const zoomSquish = defineTransform<
  {
    /** How many times the area of the part fits into the image. */
    readonly scale: readonly number[];
    /** The ratio of width to height, compared to that of the image. */
    readonly squish: readonly number[];
    /** Whether that is the ratio of height to width. */
    readonly invert: readonly boolean[];
  } & Position
>({
  name: 'zoomSquish',
  order: order.coord,
  defaults: { scale: [1], squish: [1], invert: [false], rowPct: 0.5, colPct: 0.5 },
  draws: {
    scale: uniforms(8),
    squish: uniforms(8),
    invert: chances(8),
    rowPct: uniform,
    colPct: uniform,
  },
  apply: (draft, { scale, squish, invert, rowPct, colPct }) => {
    const candidates = scale.map((area, i) => {
      checkAbove0('zoomSquish: scale', area);
      const side = 1 / Math.sqrt(area);
      const ratio = Math.sqrt(squish[i] as number);
      return invert[i] ? [side / ratio, side * ratio] : [side * ratio, side / ratio];
    }) as [width: number, height: number][];
    const [rows, columns] = draft.size;
    const within = candidates.find(([width, height]) => width <= 1 && height <= 1);
    draft.project(
      within
        ? zoomMatrix(...within, { rowPct, colPct })
        : zoomMatrix(Math.min(1, rows / columns), Math.min(1, columns / rows), {
            rowPct: 0.5,
            colPct: 0.5,
          }),
    );
  },
});

/**
 * The perspective of the places in an image whose corners come to `moved`: u and v of
 * `u = (a x + b y + c) / (g x + h y + 1)`, `v = (d x + e y + f) / (g x + h y + 1)`.
 */
function warp(moved: Corners, invert: boolean): Matrix {
  return invert ? perspective(corners, moved) : perspective(moved, corners);
}

/**
 * The matrix, of a to h and 1, that maps each point of `from` to that of `to`.
 * @throws TorchError for points of which three lie on a line
 */
function perspective(from: Corners, to: Corners): Matrix {
  const rows = from.flatMap(([x, y], i) => {
    const [u, v] = to[i] as Point;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y],
      [0, 0, 0, x, y, 1, -v * x, -v * y],
    ];
  });
  return tidy(() => {
    const equations = torch.tensor(rows, { dtype: 'float64' });
    const places = torch.tensor(to.flat(), { dtype: 'float64' });
    const coefficients = linalg.solve(equations, places).toArray() as number[];
    return [...coefficients, 1] as unknown as Matrix;
  });
}

function checkCount(name: string, magnitude: readonly number[], count: number): void {
  if (magnitude.length === count) return;
  throw new RangeError(`${name}: magnitude must be ${count} numbers, got ${magnitude.length}`);
}
