import { checkOptions, type Tensor } from '@flambeau/core';
import type { Image } from '../image/image.js';
import type { Figure } from './figure.js';
import { axesFor, type ShowImageOptions, showImage } from './showImage.js';

export interface ShowHeatmapOptions extends Pick<ShowImageOptions, 'ax' | 'figsize' | 'title'> {
  /** Colours the map, from its smallest value to its largest. Default 'magma'. */
  readonly cmap?: ShowImageOptions['cmap'];
  /** Opacity of the map, from 0 to 1. Default 0.6. */
  readonly alpha?: number;
}

/**
 * The figure with an image and a map over all of it, interpolated bilinearly between the centres of
 * its pixels: a heatmap of activations, or Grad-CAM. A constant map is all in the first colour.
 * @param image see {@link Axes.imshow}
 * @param map `[rows, columns]` or `[1, rows, columns]`
 */
export function showHeatmap(
  image: Image | Tensor,
  map: Tensor,
  options: ShowHeatmapOptions = {},
): Figure {
  checkOptions('showHeatmap', options, ['ax', 'figsize', 'title', 'cmap', 'alpha']);
  const { cmap = 'magma', alpha = 0.6, title, ...place } = options;
  const [rows, columns] = image.shape.slice(-2) as [number, number];
  const ax = axesFor(place);
  showImage(image, { ax, title });
  ax.imshow(map, { cmap, alpha, extent: [0, columns, rows, 0], interpolation: 'bilinear' });
  return ax.figure;
}
