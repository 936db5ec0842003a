import {
  DataBunch,
  Learner,
  nn,
  type Tensor,
  TensorDataset,
  TextTable,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { ClassificationInterpretation, gradCam, showResults } from '@flambeau/interpret';
import { Categorify, TabularList, tabularLearner } from '@flambeau/tabular';
import { type Axes, type Figure, ImageList } from '@flambeau/vision';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';
import { pictureData, pictureLearner, withPictures } from './images.js';

const axesOf = (figure: Figure) => figure.axes.flat() as Axes[];

describe('plotTopLosses', () => {
  expectNoLeaks();

  it('shows the images with the largest losses, with texts', () =>
    withPictures(async (folder) => {
      using data = pictureData(folder);
      using learn = pictureLearner(data);
      using interp = await ClassificationInterpretation.fromLearner(learn);
      const figure = await interp.plotTopLosses(5);
      expect([figure.axes.length, figure.axes[0]?.length]).toEqual([2, 3]);
      expect(figure.figsize).toEqual([12, 12]);
      expect(figure.title).toBe('Prediction/Actual/Loss/Probability');
      const { values, indices } = interp.topLosses(5);
      const titles = axesOf(figure).map(({ titleText }) => titleText);
      for (const [place, index] of indices.entries()) {
        const actual = index % 2 === 0 ? 'cat' : 'dog';
        const loss = values[place] as number;
        const probability = Math.exp(-loss);
        const predicted = probability > 0.5 ? actual : actual === 'cat' ? 'dog' : 'cat';
        expect(titles[place]).toBe(
          `${predicted}/${actual} / ${loss.toFixed(2)} / ${probability.toFixed(2)}`,
        );
        using image = await data.validDs.x.get(index);
        expect(axesOf(figure)[place]?.layers.map(({ values: pixels }) => pixels)).toEqual([
          image.px.toTypedArray(),
        ]);
      }
      expect(titles[5]).toBe('');
      const plain = await interp.plotTopLosses(1, { largest: false, showText: false });
      expect(plain.title).toBe('Figure');
      expect(await plain.toSvg()).toContain('<svg');
      learn.model.dispose();
    }));

  it('lays Grad-CAM of the right class over them, unless it has too few places', () =>
    withPictures(async (folder) => {
      using data = pictureData(folder);
      using learn = pictureLearner(data);
      using interp = await ClassificationInterpretation.fromLearner(learn);
      learn.model.train();
      const figure = await interp.plotTopLosses(2, { heatmap: true, alpha: 0.4, cmap: 'viridis' });
      expect(learn.model.training).toBe(true);
      const [index] = interp.topLosses(1).indices;
      using image = await data.validDs.x.get(index as number);
      const map = tidy(() => {
        const [xb] = data.dl('valid').process([image.px.unsqueeze(0), image.px]);
        return gradCam(learn.model, xb as Tensor, (index as number) % 2);
      });
      const [, layer] = axesOf(figure)[0]?.layers ?? [];
      expect(layer).toMatchObject({
        shape: [1, 6, 8],
        alpha: 0.4,
        extent: [0, 32, 24, 0],
        interpolation: 'bilinear',
      });
      // Layers are scaled to 0 and 1.
      const [low, high] = tidy(() => [Number(map.min().item()), Number(map.max().item())]);
      const values = [...(map.toTypedArray() as Float32Array)];
      for (const [i, value] of (layer?.values ?? []).entries()) {
        const scaled = high === low ? 0 : ((values[i] as number) - low) / (high - low);
        expect(value).toBeCloseTo(scaled, 5);
      }
      const tooSmall = await interp.plotTopLosses(1, { heatmap: true, heatmapThresh: 49 });
      expect(axesOf(tooSmall)[0]?.layers).toHaveLength(1);
      for (const tensor of [map, learn.model]) tensor.dispose();
    }));

  it('shows what was predicted of, also when the learner has other data since', () =>
    withPictures(async (folder) => {
      using data = pictureData(folder);
      using learn = pictureLearner(data);
      using interp = await ClassificationInterpretation.fromLearner(learn);
      using other = ImageList.fromFolder(folder)
        .splitByIdx([0, 1])
        .labelFromFunc((path) => (path.includes('_cat') ? 'cat' : 'dog'))
        .databunch({ bs: 2, device: 'cpu' });
      learn.data = other;
      const [index] = interp.topLosses(1).indices;
      const figure = await interp.plotTopLosses(1);
      using image = await data.validDs.x.get(index as number);
      expect(axesOf(figure)[0]?.layers[0]?.values).toEqual(image.px.toTypedArray());
      learn.model.dispose();
    }));

  it('refuses results of other items, and of none', () =>
    withPictures(async (folder) => {
      const results = tidy(() => ({
        preds: torch.eye(2),
        targets: tensor([0, 1], { dtype: 'int64' }),
        losses: torch.ones([2]),
      }));
      using interp = new ClassificationInterpretation(results);
      await expect(interp.plotTopLosses(1)).rejects.toThrow('needs results of a learner');
      await expect(interp.plotTopLosses(1, { heatmaps: true } as object)).rejects.toThrow(
        "no option 'heatmaps'",
      );
      await expect(interp.plotTopLosses(3)).rejects.toThrow('from 0 to 2, got 3');
      using data = pictureData(folder);
      using learn = pictureLearner(data);
      using ofImages = await ClassificationInterpretation.fromLearner(learn);
      expect(() => ofImages.plotTabTopLosses(1)).toThrow('for tables, the items are a ImageList');
      learn.model.dispose();
    }));
});

describe('results of several labels', () => {
  expectNoLeaks();

  const results = () =>
    tidy(() => ({
      preds: tensor([
        [0.9, 0.1, 0.2],
        [0.1, 0.6, 0.7],
        [0.8, 0.2, 0.1],
        [0.3, 0.2, 0.1],
      ]),
      targets: tensor([
        [0, 1, 1],
        [0, 0, 1],
        [0, 0, 1],
        [0, 0, 0],
      ]),
      losses: tensor([0.5, 2, 0.75, 0.5]),
    }));

  it('list the items whose most probable class is none of theirs', () => {
    using interp = new ClassificationInterpretation({ ...results(), classes: ['a', 'b', 'c'] });
    expect(interp.mismatches()).toMatchObject([
      { index: 2, predicted: 'a', actual: ['c'], loss: 0.75 },
      { index: 0, predicted: 'a', actual: ['b', 'c'], loss: 0.5 },
      { index: 3, predicted: 'a', actual: [], loss: 0.5 },
    ]);
    expect(interp.mismatches()[0]?.probability).toBeCloseTo(0.8, 6);
    expect(() => interp.confusionMatrix()).toThrow('ConfusionMatrix: ');
  });

  it('show their images', () =>
    withPictures(async (folder) => {
      using data = pictureData(folder);
      using learn = pictureLearner(data);
      const origin = { learn, data, dsType: 'valid' } as const;
      using interp = new ClassificationInterpretation(
        { ...results(), classes: ['a', 'b', 'c'] },
        origin,
      );
      const figure = await interp.plotMultiTopLosses(2);
      expect(axesOf(figure).map(({ titleText }) => titleText)).toEqual([
        'Predicted: a\nActual: c\nLoss: 0.75\nProbability: 0.80',
        'Predicted: a\nActual: b;c\nLoss: 0.50\nProbability: 0.90',
      ]);
      expect(axesOf(figure).every(({ layers }) => layers.length === 1)).toBe(true);
      await expect(interp.plotMultiTopLosses(0)).rejects.toThrow('from 1 up, got 0');
      const right = tidy(() => ({ ...results(), targets: torch.ones([4, 3]) }));
      const classes = ['a', 'b', 'c'];
      using none = new ClassificationInterpretation({ ...right, classes }, origin);
      await expect(none.plotMultiTopLosses()).rejects.toThrow('there are no such images');
      learn.model.dispose();
    }));

  it('are not those of one label', () => {
    const one = tidy(() => ({
      preds: torch.eye(2),
      targets: tensor([0, 1], { dtype: 'int64' }),
      losses: torch.ones([2]),
    }));
    using interp = new ClassificationInterpretation(one);
    expect(() => interp.mismatches()).toThrow('as of several labels, got [2]');
  });
});

describe('showResults', () => {
  expectNoLeaks();

  it('shows images with what is right and what is predicted', () =>
    withPictures(async (folder) => {
      using data = pictureData(folder);
      using learn = pictureLearner(data);
      using interp = await ClassificationInterpretation.fromLearner(learn);
      const figure = (await showResults(learn, { rows: 2 })) as Figure;
      const names = ['cat', 'dog'];
      expect(axesOf(figure).map(({ titleText }) => titleText)).toEqual(
        interp.predictedClasses.slice(0, 4).map((place, i) => `${names[i % 2]}\n${names[place]}`),
      );
      using first = await data.validDs.x.get(0);
      const [layer] = axesOf(figure)[0]?.layers ?? [];
      const pixels = first.px.toTypedArray() as Float32Array;
      for (const [i, value] of (layer?.values ?? []).entries()) {
        expect(value).toBeCloseTo(pixels[i] as number, 5);
      }
      learn.model.dispose();
    }));

  it('shows the rows of a table, also of numbers', async () => {
    const df = pl.DataFrame({
      colour: ['red', 'blue', 'red', 'blue', 'red', 'blue'],
      kind: ['x', 'y', 'x', 'y', 'x', 'y'],
      price: [1.5, 2.5, 3.5, 4.5, 5.5, 6.5],
    });
    for (const target of ['kind', 'price']) {
      const list = TabularList.fromDf(df, { catNames: ['colour'], procs: [Categorify] });
      using data = list
        .splitByIdx([3, 4, 5])
        .labelFromDf(target)
        .databunch({ bs: 3, device: 'cpu' });
      using learn = tabularLearner(data, { layers: [4], silent: true });
      const table = (await showResults(learn, { rows: 2 })) as TextTable;
      expect(table).toBeInstanceOf(TextTable);
      expect(table.columns.map(({ name }) => name)).toEqual(['colour', 'target', 'prediction']);
      expect(table.rows.map((row) => row[1])).toEqual(
        target === 'kind' ? ['y', 'x'] : ['4.5', '5.5'],
      );
      const [preds, targets] = await learn.getPreds();
      const rows = preds.toArray() as number[][];
      const expected = rows.map((row) =>
        target === 'kind' ? 'xy'[row.indexOf(Math.max(...row))] : Number(row[0]?.toPrecision(7)),
      );
      expect(table.rows.map((row) => row[2])).toEqual(expected.slice(0, 2).map(String));
      for (const part of [preds, targets as Tensor, learn.model]) part.dispose();
    }
  });

  it('shows no targets of the test part, which has none', () =>
    withPictures(async (folder) => {
      using lists = ImageList.fromFolder(folder)
        .splitByIdx([4])
        .labelFromFunc((path) => (path.includes('_cat') ? 'cat' : 'dog'))
        .addTest(ImageList.fromFolder(folder));
      const data = lists.databunch({ bs: 2, device: 'cpu' });
      using learn = pictureLearner(data);
      const figure = (await showResults(learn, { dsType: 'test', rows: 1 })) as Figure;
      expect(figure.title).toBe('Prediction');
      expect(axesOf(figure)[0]?.titleText).toMatch(/^(cat|dog)$/);
      learn.model.dispose();
    }));

  it('refuses other data and options', async () => {
    const x = torch.zeros([2, 1]);
    const rows = new TensorDataset(x, x);
    const data = DataBunch.create(rows, rows, { bs: 2, device: 'cpu' });
    const learn = new Learner(data, new nn.Identity(), { lossFunc: new nn.MSELoss() });
    await expect(showResults(learn)).rejects.toThrow('the learner has a DataBunch');
    await expect(showResults(learn, { rows: 0 })).rejects.toThrow('from 1 up, got 0');
    await expect(showResults(learn, { row: 1 } as object)).rejects.toThrow("no option 'row'");
    x.dispose();
  });
});
