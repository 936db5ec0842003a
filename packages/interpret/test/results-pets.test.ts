import { join } from 'node:path';
import { Learner, manualSeed, nn, tidy } from '@flambeau/core';
import { ClassificationInterpretation, showResults } from '@flambeau/interpret';
import { type Axes, type Figure, ImageList, imagenetStats } from '@flambeau/vision';
import { expect, it } from 'vitest';
import { describeWithData } from '../../../test/realData.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

describeWithData('interpretation of photographs of pets', (folder) => {
  expectNoLeaks();

  it('shows the worst with heatmaps, and what is predicted', async () => {
    manualSeed(5);
    const all = ImageList.fromFolder(join(folder, 'pets', 'images'));
    // Cats' breeds have a capital letter.
    using data = all
      .select(Array.from({ length: 60 }, (_, i) => i * 6))
      .splitByRandPct(0.4, 1)
      .labelFromFunc((path) => (/\/[A-Z][^/]*$/.test(path) ? 'cat' : 'dog'))
      .transform([[], []], { size: 96 })
      .databunch({ bs: 8, device: 'cpu' })
      .normalize(imagenetStats);
    const model = tidy(() => {
      const body = new nn.Sequential(
        ...nn.convLayer(3, 8, 5, { stride: 2 }).children(),
        ...nn.convLayer(8, 16, 3, { stride: 2 }).children(),
      );
      return new nn.Sequential(body, nn.createHead(32, 2, { linFtrs: [16] }));
    });
    using learn = new Learner(data, model as nn.AnyModule, { silent: true });
    await learn.fitOneCycle(3, 1e-2);
    using interp = await ClassificationInterpretation.fromLearner(learn);
    expect(interp.length).toBe(24);
    const total = interp
      .confusionMatrix()
      .flat()
      .reduce((sum, count) => sum + count, 0);
    expect(total).toBe(24);

    const figure = await interp.plotTopLosses(4, { heatmap: true });
    const places = figure.axes.flat() as Axes[];
    expect(places.map(({ layers }) => layers.map(({ shape }) => shape))).toEqual(
      places.map(() => [
        [3, 96, 96],
        [1, 24, 24],
      ]),
    );
    const values = places.flatMap(({ layers }) => [...(layers[1]?.values ?? [])]);
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(values.some((value) => value > 0)).toBe(true);
    expect((await figure.toPng()).length).toBeGreaterThan(1000);

    const shown = (await showResults(learn, { rows: 2 })) as Figure;
    expect(shown.axes.flat().map(({ titleText }) => titleText)).toHaveLength(4);
    model.dispose();
  });
});
