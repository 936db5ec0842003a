import { checkOptions, type Tensor, tidy } from '@flambeau/core';
import {
  type Axes,
  type Figure,
  type FigureSize,
  type Image,
  type ShowHeatmapOptions,
  showHeatmap,
  showImage,
  subplots,
} from '@flambeau/vision';
import { gradCam } from '../heatmap/gradCam.js';
import type { ItemResult } from './classification.js';
import type { Origin } from './interpretation.js';
import { imagesOf } from './items.js';
import type { LargestOptions } from './topLosses.js';

export interface PlotTopLossesOptions extends LargestOptions {
  /** Of the whole, in inches. Default [12, 12]. */
  readonly figsize?: FigureSize;
  /** Shows on each image where the model sees the right class, by Grad-CAM. Default false. */
  readonly heatmap?: boolean;
  /** Heatmaps of fewer places than this are left out. Default 16. */
  readonly heatmapThresh?: number;
  /** Of the heatmap. Default 0.6. */
  readonly alpha?: number;
  /** Of the heatmap. Default 'magma'. */
  readonly cmap?: ShowHeatmapOptions['cmap'];
  /** Writes what is predicted, what is right, the loss and the probability. Default true. */
  readonly showText?: boolean;
}

export const plotTopLossesOptions = [
  'largest',
  'figsize',
  'heatmap',
  'heatmapThresh',
  'alpha',
  'cmap',
  'showText',
] as const satisfies readonly (keyof PlotTopLossesOptions)[];

/** Images of items in a square, the first at the top left, with texts above them. */
export async function plotTopLosses(
  origin: Origin | undefined,
  results: readonly ItemResult[],
  options: PlotTopLossesOptions,
): Promise<Figure> {
  checkOptions('plotTopLosses', options, plotTopLossesOptions);
  const { figsize = [12, 12], heatmap = false, heatmapThresh = 16, showText = true } = options;
  const { alpha = 0.6, cmap = 'magma' } = options;
  const items = imagesOf('plotTopLosses', origin);
  const columns = Math.max(1, Math.ceil(Math.sqrt(results.length)));
  const figure = subplots(Math.max(1, Math.ceil(results.length / columns)), columns, { figsize });
  if (showText) figure.suptitle('Prediction/Actual/Loss/Probability');
  for (const [place, result] of results.entries()) {
    const ax = figure.axes[Math.floor(place / columns)]?.[place % columns] as Axes;
    const title = showText ? textOf(result) : '';
    using image = await items.get(result.index);
    tidy(() => {
      const map = heatmap ? mapOf(origin as Origin, image, result.target) : undefined;
      if (map === undefined || map.numel() < heatmapThresh) showImage(image, { ax, title });
      else showHeatmap(image, map, { ax, title, alpha, cmap });
    });
  }
  return figure;
}

function textOf({ predicted, actual, loss, probability }: ItemResult): string {
  return `${predicted}/${actual} / ${loss.toFixed(2)} / ${probability.toFixed(2)}`;
}

/** Grad-CAM of an image as the data normalise it. */
function mapOf({ learn, data, dsType }: Origin, image: Image, target: number): Tensor {
  const batch = image.px.unsqueeze(0);
  const [xb] = data.dl(dsType).process([batch, batch]);
  return gradCam(learn.model, xb as Tensor, target);
}
