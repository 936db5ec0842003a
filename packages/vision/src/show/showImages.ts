import { checkOptions, type Tensor } from '@flambeau/core';
import type { Image } from '../image/image.js';
import type { Axes } from './axes.js';
import { type Figure, type FigureSize, subplots } from './figure.js';
import { showImage } from './showImage.js';

export interface ShowImagesOptions {
  /** Above each image. */
  readonly titles?: readonly string[];
  /** Of the whole, in inches. Default 4 by 4 for each image. */
  readonly figsize?: FigureSize;
}

/**
 * The figure with images in a square, its last rows left out where there are too few.
 * @param images see {@link Axes.imshow}; a batch is `tensor.unbind(0)`
 * @throws RangeError for no images, and unless there are as many titles
 */
export function showImages(
  images: readonly (Image | Tensor)[],
  options: ShowImagesOptions = {},
): Figure {
  checkOptions('showImages', options, ['titles', 'figsize']);
  if (images.length === 0) throw new RangeError('showImages: there are no images');
  const { titles } = options;
  if (titles !== undefined && titles.length !== images.length) {
    throw new RangeError(
      `showImages: expected ${images.length} titles, one an image, got ${titles.length}`,
    );
  }
  const columns = Math.ceil(Math.sqrt(images.length));
  const rows = Math.ceil(images.length / columns);
  const { figsize = [4 * columns, 4 * rows] } = options;
  const figure = subplots(rows, columns, { figsize });
  const places = figure.axes.flat();
  for (const [i, image] of images.entries()) {
    showImage(image, { ax: places[i] as Axes, title: titles?.[i] });
  }
  return figure;
}
