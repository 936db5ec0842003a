import { fromTypedArray, nn, type Tensor, tidy, torch } from '@flambeau/core';
import { colorCount } from './colorMap.js';
import { type Extent, heightOf, widthOf } from './extent.js';
import type { Layer } from './layer.js';

/** Rows and columns. */
type Size = readonly [rows: number, columns: number];

/** Pixels of a side, so that an extent that was meant otherwise does not fill the memory. */
const largestSide = 4096;

/**
 * Note [Pixels of a figure]
 * A figure is an SVG document, whose pictures are rasters that the viewer scales to their boxes. A
 * raster has the pixels of its finest layer, so that they are shown as they are, with exceptions:
 * - More than two for a unit of the SVG would be lost in a PNG; they are averaged, lest photographs
 *   make the document heavy.
 * - Few pixels that are shown large shall have sharp edges, but viewers blur what they enlarge. They
 *   become blocks of pixels, all of the same size. So do those under a layer that is interpolated,
 *   which the blocks have room for.
 */

/**
 * Layers over one another, on white.
 * @param view what is shown of the layers' plane
 * @param box where it is shown, in units of the SVG
 * @returns float32 `[3, rows, columns]` from 0 to 1
 */
export function rasterOf(layers: readonly Layer[], view: Extent, box: Size): Tensor {
  return tidy(() => {
    const [rows, columns] = rasterSize(layers, view, box);
    let canvas = torch.ones([3, rows, columns]);
    for (const layer of layers) canvas = paintedOver(canvas, layer, view);
    const most = box.map((side) => Math.max(Math.ceil(2 * side), 1)) as [number, number];
    const size = [Math.min(rows, most[0]), Math.min(columns, most[1])] as const;
    const isFine = size[0] === rows && size[1] === columns;
    return isFine ? canvas : nn.functional.adaptiveAvgPool2d(canvas, size);
  });
}

/** See Note [Pixels of a figure]. */
function rasterSize(layers: readonly Layer[], view: Extent, box: Size): Size {
  const needed = (of: (layer: Layer) => number) =>
    Math.min(Math.max(Math.round(Math.max(...layers.map(of))), 1), largestSide);
  const own: Size = [
    needed(({ shape, extent }) => (shape[1] * heightOf(view)) / heightOf(extent)),
    needed(({ shape, extent }) => (shape[2] * widthOf(view)) / widthOf(extent)),
  ];
  const enlarged = Math.min(box[0] / own[0], box[1] / own[1]);
  const isSmooth = layers.some(({ interpolation }) => interpolation === 'bilinear');
  const block = enlarged >= 3 || (isSmooth && enlarged > 1) ? Math.ceil(2 * enlarged) : 1;
  return [own[0] * block, own[1] * block];
}

function paintedOver(canvas: Tensor, layer: Layer, view: Extent): Tensor {
  const [, rows, columns] = canvas.shape as readonly number[] as [number, number, number];
  const [left, right, bottom, top] = layer.extent;
  const x = places([view[0], view[1]], columns, [left, right]);
  const y = places([view[3], view[2]], rows, [top, bottom]).unsqueeze(1);
  const grid = torch.stack([x.expand([rows, columns]), y.expand([rows, columns])], -1);
  const values = fromTypedArray(layer.values, { shape: [1, ...layer.shape] });
  const sampled = nn.functional
    .gridSample(values, grid.unsqueeze(0), {
      mode: layer.interpolation,
      paddingMode: 'border',
      alignCorners: false,
    })
    .squeeze(0);
  const isInside = x.abs().le(1).logicalAnd(y.abs().le(1));
  const { rgb, opacity } = coloured(sampled, layer.colors);
  const share = opacity.mul(isInside).mul(layer.alpha);
  return rgb.mul(share).add(canvas.mul(share.neg().add(1)));
}

/**
 * Where the centres of pixels lie in a layer.
 * @param to borders of the pixels
 * @param of borders of the layer, which become -1 and 1
 */
function places(
  [from, to]: readonly [number, number],
  count: number,
  [low, high]: readonly [number, number],
): Tensor {
  const at = (i: number) => from + ((i + 0.5) * (to - from)) / count;
  const found = Array.from({ length: count }, (_, i) => (2 * (at(i) - low)) / (high - low) - 1);
  return fromTypedArray(Float32Array.from(found));
}

/** Of values that are no numbers, the opacity is 0. */
function coloured(
  sampled: Tensor,
  colors: Float32Array | undefined,
): { rgb: Tensor; opacity: Tensor } {
  if (colors === undefined) {
    const shown = sampled.nanToNum().clamp(0, 1);
    const rgb = shown.narrow(0, 0, 3);
    return { rgb, opacity: shown.size(0) === 4 ? shown.narrow(0, 3, 1) : torch.ones([1, 1, 1]) };
  }
  const indices = sampled
    .nanToNum()
    .mul(colorCount)
    .floor()
    .clamp(0, colorCount - 1);
  const table = fromTypedArray(colors, { shape: [colorCount, 3] });
  const rgb = nn.functional.embedding(indices.squeeze(0).to('int64'), table).permute([2, 0, 1]);
  return { rgb, opacity: sampled.isfinite() };
}
