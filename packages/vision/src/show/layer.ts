import { inspect } from 'node:util';
import { checkOptions, Tensor, tidy } from '@flambeau/core';
import type { Image } from '../image/image.js';
import { type ColorMap, colorsOf } from './colorMap.js';
import type { Extent } from './extent.js';

export interface ImshowOptions {
  /** Colours the values of one channel. Default 'viridis'. */
  readonly cmap?: ColorMap;
  /** Opacity, from 0 to 1. Default 1. */
  readonly alpha?: number;
  /** The outer borders of the pixels. Default `[0, columns, rows, 0]`. */
  readonly extent?: Extent;
  /** Between the centres of the pixels. Default 'nearest'. */
  readonly interpolation?: 'nearest' | 'bilinear';
  /** The value of one channel that gets the first colour. Default the smallest. */
  readonly vmin?: number;
  /** The value of one channel that gets the last colour. Default the largest. */
  readonly vmax?: number;
}

const imshowOptions = [
  'cmap',
  'alpha',
  'extent',
  'interpolation',
  'vmin',
  'vmax',
] as const satisfies readonly (keyof ImshowOptions)[];

/** One picture of those that lie over one another. */
export interface Layer {
  /** `[channels, rows, columns]`: places in the colour map, or red, green, blue and opacity. */
  readonly values: Float32Array;
  readonly shape: readonly [channels: number, rows: number, columns: number];
  /** Of the colour map, see {@link colorsOf}. */
  readonly colors: Float32Array | undefined;
  readonly alpha: number;
  readonly extent: Extent;
  readonly interpolation: 'nearest' | 'bilinear';
}

/** Copies a picture out of its tensor. */
export function layerOf(image: Image | Tensor, options: ImshowOptions): Layer {
  checkOptions('imshow', options, imshowOptions);
  const pixels = pixelsOf(image);
  const shape = shapeOf(pixels);
  const [channels, rows, columns] = shape;
  const { cmap = 'viridis', alpha = 1, interpolation = 'nearest' } = options;
  const { extent = [0, columns, rows, 0] } = options;
  checkAlpha(alpha);
  checkExtent(extent);
  checkInterpolation(interpolation);
  const values = tidy(() => {
    const onCpu = pixels.detach().to({ device: 'cpu' });
    const shown = channels === 1 ? scaled(onCpu.to('float64'), options) : brightness(onCpu);
    return shown.to('float32').contiguous().toTypedArray() as Float32Array;
  });
  const colors = channels === 1 ? colorsOf(cmap) : undefined;
  return { values, shape, colors, alpha, extent, interpolation };
}

function pixelsOf(image: Image | Tensor): Tensor {
  const pixels = image instanceof Tensor ? image : (image as Partial<Image> | undefined)?.px;
  if (pixels instanceof Tensor) return pixels;
  throw new TypeError(`imshow: expected an image or a tensor, got ${inspect(image)}`);
}

function shapeOf(pixels: Tensor): readonly [channels: number, rows: number, columns: number] {
  const sizes = pixels.ndim === 2 ? [1, ...pixels.shape] : pixels.shape;
  const [channels, rows, columns] = sizes as readonly number[] as [number, number, number];
  if (sizes.length !== 3 || ![1, 3, 4].includes(channels) || rows * columns === 0) {
    throw new RangeError(
      `imshow: expected [rows, columns], or 1, 3 or 4 channels as [channels, rows, columns], ` +
        `got [${pixels.shape}]`,
    );
  }
  if (pixels.isComplex()) throw new TypeError(`imshow: expected real numbers, got ${pixels.dtype}`);
  return [channels, rows, columns];
}

/** Values so that `vmin` becomes 0 and `vmax` 1; a constant becomes 0, as in matplotlib. */
function scaled(values: Tensor, { vmin, vmax }: ImshowOptions): Tensor {
  const finite = values.maskedSelect(values.isfinite());
  const isEmpty = finite.numel() === 0;
  const low = vmin ?? (isEmpty ? 0 : Number(finite.min().item()));
  const high = vmax ?? (isEmpty ? 0 : Number(finite.max().item()));
  if (!(low <= high)) throw new RangeError(`imshow: vmin ${low} is not up to vmax ${high}`);
  return low === high ? values.sub(values) : values.sub(low).div(high - low);
}

/** Whole numbers go up to 255, all else up to 1. */
function brightness(pixels: Tensor): Tensor {
  return pixels.isFloatingPoint() || pixels.dtype === 'bool' ? pixels : pixels.div(255);
}

function checkAlpha(alpha: number): void {
  if (alpha >= 0 && alpha <= 1) return;
  throw new RangeError(`imshow: alpha must be from 0 to 1, got ${alpha}`);
}

function checkExtent(extent: Extent): void {
  const [left, right, bottom, top] = extent;
  const isWhole = extent.length === 4 && extent.every(Number.isFinite);
  if (isWhole && left !== right && bottom !== top) return;
  throw new RangeError(
    `imshow: extent must be [left, right, bottom, top] around an area, got [${extent}]`,
  );
}

function checkInterpolation(interpolation: string): void {
  if (interpolation === 'nearest' || interpolation === 'bilinear') return;
  throw new RangeError(
    `imshow: interpolation must be 'nearest' or 'bilinear', got '${interpolation}'`,
  );
}
