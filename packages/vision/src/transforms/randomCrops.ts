import { zoom } from './affine.js';
import type { ImageSize } from './cropping.js';
import { crop, cropPad, pad } from './crops.js';
import type { Range } from './draws.js';
import type { PaddingMode } from './imageDraft.js';
import type { RandTransform } from './randTransform.js';
import { zoomSquish } from './warps.js';

const anywhere = { rowPct: [0, 1], colPct: [0, 1] } as const;

/** Cuts out the part that is wanted at a random place, of an image that is padded where needed. */
export function randCrop({ paddingMode = 'reflection', p = 1 }: RandCropOptions = {}) {
  return cropPad({ paddingMode, ...anywhere, p });
}

export interface RandCropOptions {
  /** Default 'reflection'. */
  readonly paddingMode?: PaddingMode;
  /** Default 1. */
  readonly p?: number;
}

/** Zooms into the image at a random place. */
export function randZoom({ scale = 1, p = 1 }: ZoomOptions = {}) {
  return zoom({ scale, ...anywhere, p });
}

export interface ZoomOptions {
  /** How many times as large. Default 1. */
  readonly scale?: Range;
  /** Default 1. */
  readonly p?: number;
}

/** Zooms in, then cuts out the part that is wanted: both at random places, or in the middle. */
export function zoomCrop(scale: Range, { doRand = false, p = 1 } = {}): RandTransform[] {
  return doRand ? [randZoom({ scale, p }), randCrop()] : [zoom({ scale, p }), cropPad()];
}

/** Pads by so many pixels, then cuts out a part of this size at a random place. */
export function randPad(
  padding: number,
  size: ImageSize,
  { mode = 'reflection' }: { readonly mode?: PaddingMode } = {},
): RandTransform[] {
  return [pad({ padding, mode }), crop({ size, ...anywhere })];
}

/**
 * Cuts out parts of random size and ratio of sides, and scales them to one size (Szegedy et al.
 * 2014, section 6).
 * @param maxScale how many times smaller than the image the area of a part may be. Default 2.
 * @param ratios of width to height, compared to that of the image. Default 0.75 to 1.33.
 */
export function randResizeCrop(
  size: ImageSize,
  {
    maxScale = 2,
    ratios = [0.75, 1.33],
  }: { readonly maxScale?: number; readonly ratios?: readonly [number, number] } = {},
): RandTransform[] {
  return [
    zoomSquish({ scale: [1, maxScale], squish: ratios, invert: 0.5, ...anywhere }),
    crop({ size }),
  ];
}
