import { checkOptions, tidy } from '@flambeau/core';
import {
  checkConvertMode,
  type DecodeOptions,
  decode,
  decodeOptions,
  type ImageSource,
  pixelsOf,
} from './decode.js';
import { Image } from './image.js';

/**
 * The image in a file, or in the bytes of one: JPEG, PNG, WebP, AVIF, TIFF, GIF or SVG.
 * @throws RangeError for a `convertMode` that is none
 * @throws DataError for what is no image, or is cut off
 */
export async function openImage(source: ImageSource, options: DecodeOptions = {}): Promise<Image> {
  checkOptions('openImage', options, decodeOptions);
  checkConvertMode(options.convertMode ?? 'RGB');
  const raw = await decode(source, options);
  return new Image(tidy(() => pixelsOf(raw, options).contiguous()));
}
