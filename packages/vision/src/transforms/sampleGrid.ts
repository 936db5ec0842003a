import { nn, type Tensor } from '@flambeau/core';
import type { Grid } from './grid.js';
import type { SampleOptions } from './imageDraft.js';

/**
 * The pixels at the places of a grid.
 *
 * A bilinear sample looks at four pixels, however far the places lie apart. So an image that
 * becomes more than two times smaller is first averaged over areas, to twice the size that is
 * wanted, unless the grid shows a part of it large enough.
 * @param pixels `[channels, rows, columns]`
 */
export function sampleGrid(pixels: Tensor, grid: Grid, options: Required<SampleOptions>): Tensor {
  const averaged = options.mode === 'bilinear' ? averagedFor(grid, pixels) : pixels;
  return nn.functional
    .gridSample(averaged.unsqueeze(0), grid, { ...options, alignCorners: true })
    .squeeze(0);
}

function averagedFor(grid: Grid, pixels: Tensor): Tensor {
  const [, rows, columns] = pixels.shape as readonly [number, number, number];
  const [, gridRows, gridColumns] = grid.shape as readonly [number, number, number, number];
  const shrinking = Math.min(rows / gridRows, columns / gridColumns) / 2;
  if (shrinking <= 1) return pixels;
  const [low, high] = grid.aminmax();
  const zoom = 2 / Number(high.sub(low).item());
  if (shrinking <= zoom) return pixels;
  return nn.functional
    .interpolate(pixels.unsqueeze(0), { scaleFactor: 1 / shrinking, mode: 'area' })
    .squeeze(0);
}
