import { checkOptions } from '@flambeau/core';
import { zoom } from './affine.js';
import type { ImageSize } from './cropping.js';
import { crop, cropPad, pad } from './crops.js';
import type { Range } from './draws.js';
import type { PaddingMode } from './imageDraft.js';
import type { RandTransform } from './randTransform.js';
import { zoomSquish } from './warps.js';

const anywhere = { rowPct: [0, 1], colPct: [0, 1] } as const;

/** Cuts out the part that is wanted at a random place, of an image that is padded where needed. */
export function randCrop(options: RandCropOptions = {}) {
  checkOptions('randCrop', options, ['paddingMode', 'p']);
  const { paddingMode = 'reflection', p = 1 } = options;
  return cropPad({ paddingMode, ...anywhere, p });
}

export interface RandCropOptions {
  /** Default 'reflection'. */
  readonly paddingMode?: PaddingMode;
  /** Default 1. */
  readonly p?: number;
}

/** Zooms into the image at a random place. */
export function randZoom(options: ZoomOptions = {}) {
  checkOptions('randZoom', options, ['scale', 'p']);
  const { scale = 1, p = 1 } = options;
  return zoom({ scale, ...anywhere, p });
}

export interface ZoomOptions {
  /** How many times as large. Default 1. */
  readonly scale?: Range;
  /** Default 1. */
  readonly p?: number;
}

/** Zooms in, then cuts out the part that is wanted: both at random places, or in the middle. */
export function zoomCrop(
  scale: Range,
  options: { readonly doRand?: boolean; readonly p?: number } = {},
): RandTransform[] {
  checkOptions('zoomCrop', options, ['doRand', 'p']);
  const { doRand = false, p = 1 } = options;
  return doRand ? [randZoom({ scale, p }), randCrop()] : [zoom({ scale, p }), cropPad()];
}

/** Pads by so many pixels, then cuts out a part of this size at a random place. */
export function randPad(
  padding: number,
  size: ImageSize,
  options: { readonly mode?: PaddingMode } = {},
): RandTransform[] {
  checkOptions('randPad', options, ['mode']);
  const { mode = 'reflection' } = options;
  return [pad({ padding, mode }), crop({ size, ...anywhere })];
}

/**
 * Cuts out parts of random size and ratio of sides, and scales them to one size (Szegedy et al.
 * 2014, section 6).
 * @param options `maxScale`: how many times smaller than the image the area of a part may be,
 * default 2; `ratios` of width to height, compared to that of the image, default 0.75 to 1.33
 */
export function randResizeCrop(
  size: ImageSize,
  options: { readonly maxScale?: number; readonly ratios?: readonly [number, number] } = {},
): RandTransform[] {
  checkOptions('randResizeCrop', options, ['maxScale', 'ratios']);
  const { maxScale = 2, ratios = [0.75, 1.33] } = options;
  return [
    zoomSquish({ scale: [1, maxScale], squish: ratios, invert: 0.5, ...anywhere }),
    crop({ size }),
  ];
}
