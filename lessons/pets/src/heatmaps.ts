import { DatasetType, type Learner, listify, type Tensor, tidy } from '@flambeau/core';
import { averageActivations, gradCam } from '@flambeau/interpret';
import {
  type Figure,
  type ImageDataBunch,
  showHeatmap,
  showImage,
  subplots,
} from '@flambeau/vision';

/**
 * Where the network looks in the first validation image: the image, its mean activations, and what
 * speaks for its own class and for the first of the others (Grad-CAM).
 */
export async function showHeatmaps(learn: Learner, data: ImageDataBunch): Promise<Figure> {
  const batch = await data.oneBatch(DatasetType.Valid, { denorm: false, cpu: false });
  try {
    return tidy(() => {
      const [x, y] = batch as readonly [Tensor, Tensor];
      const xb = x.narrow(0, 0, 1);
      const own = Number(y.select(0, 0).item());
      const other = own === 0 ? 1 : 0;
      const image = (data.denorm(xb) as Tensor).select(0, 0).cpu();
      const name = (place: number) => `${data.classes?.[place]}`;
      const figure = subplots(1, 4, { figsize: [14, 4] });
      const [plain, average, ofOwn, ofOther] = figure.axes[0] ?? [];
      if (plain) showImage(image, { ax: plain, title: name(own) });
      const maps = [
        { ax: average, map: averageActivations(learn.model, xb), title: 'mean activations' },
        { ax: ofOwn, map: gradCam(learn.model, xb, own), title: `for ${name(own)}` },
        { ax: ofOther, map: gradCam(learn.model, xb, other), title: `for ${name(other)}` },
      ];
      for (const { ax, map, title } of maps) {
        if (ax) showHeatmap(image, map.cpu(), { ax, title });
      }
      return figure;
    });
  } finally {
    for (const tensor of batch.flatMap(listify)) tensor.dispose();
  }
}
