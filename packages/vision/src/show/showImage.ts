import { checkOptions, type Tensor } from '@flambeau/core';
import type { Image } from '../image/image.js';
import type { Axes } from './axes.js';
import type { ColorMap } from './colorMap.js';
import { type Figure, type FigureSize, subplots } from './figure.js';

export interface ShowImageOptions {
  /** A place of a figure to draw in. Default: a figure of its own. */
  readonly ax?: Axes;
  /** Of its own figure, in inches. Default [3, 3]. */
  readonly figsize?: FigureSize;
  /** Without numbers beside the image. Default true. */
  readonly hideAxis?: boolean;
  /** Colours an image of one channel, from its smallest value to its largest. Default 'binary'. */
  readonly cmap?: ColorMap;
  /** Opacity, from 0 to 1. Default 1. */
  readonly alpha?: number;
  /** Above the image. */
  readonly title?: string;
}

const showImageOptions = [
  'ax',
  'figsize',
  'hideAxis',
  'cmap',
  'alpha',
  'title',
] as const satisfies readonly (keyof ShowImageOptions)[];

/**
 * The figure with an image.
 * @param image see {@link Axes.imshow}
 */
export function showImage(image: Image | Tensor, options: ShowImageOptions = {}): Figure {
  checkOptions('showImage', options, showImageOptions);
  const { hideAxis = true, cmap = 'binary', alpha, title } = options;
  const ax = axesFor(options).imshow(image, { cmap, alpha });
  ax.axis(hideAxis ? 'off' : 'on');
  if (title !== undefined) ax.title(title);
  return ax.figure;
}

/** The given place, or that of a new figure. */
export function axesFor({ ax, figsize = [3, 3] }: Pick<ShowImageOptions, 'ax' | 'figsize'>): Axes {
  return ax ?? (subplots(1, 1, { figsize }).axes[0]?.[0] as Axes);
}
