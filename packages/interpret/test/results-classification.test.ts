import {
  type BatchSource,
  DataBunch,
  DataLoader,
  Learner,
  manualSeed,
  metrics,
  nn,
  type SupervisedBatch,
  type Tensor,
  TensorDataset,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { ClassificationInterpretation, Interpretation } from '@flambeau/interpret';
import { Categorify, Normalize, TabularList, tabularLearner } from '@flambeau/tabular';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

/** Golden fact J90. */
function golden(): ClassificationInterpretation {
  return tidy(() => {
    const logits = tensor([
      [2, 1, 0],
      [0, 3, 1],
      [1, 0, 4],
      [2, 5, 0],
      [0, 1, 3],
      [4, 0, 0],
      [0, 2, 1],
    ]);
    const targets = tensor([0, 1, 1, 2, 2, 0, 2], { dtype: 'int64' });
    const losses = nn.functional.crossEntropy(logits, targets, { reduction: 'none' });
    const preds = logits.softmax(1);
    return new ClassificationInterpretation({ preds, targets, losses, classes: ['a', 'b', 'c'] });
  });
}

describe('ClassificationInterpretation of the golden logits (J90)', () => {
  expectNoLeaks();

  it('counts, lists the confused and the worst', () => {
    using interp = golden();
    expect(interp.confusionMatrix()).toEqual([
      [2, 0, 0],
      [0, 1, 1],
      [0, 2, 1],
    ]);
    expect(interp.mostConfused()).toEqual([
      ['c', 'b', 2],
      ['b', 'c', 1],
    ]);
    expect(interp.mostConfused(2)).toEqual([['c', 'b', 2]]);
    const { values, indices } = interp.topLosses(3);
    expect(indices).toEqual([3, 2, 6]);
    for (const [i, expected] of [5.054985, 4.065884, 1.407606].entries()) {
      expect(values[i]).toBeCloseTo(expected, 5);
    }
    expect(interp.topLosses(2, { largest: false }).indices).toEqual([5, 1]);
    expect(interp.topLosses().values).toHaveLength(7);
    expect(tidy(() => interp.losses.mean().item())).toBeCloseTo(1.615964, 5);
    const accuracy = tidy(() => metrics.accuracy(interp.preds, interp.targets).item());
    expect(accuracy).toBeCloseTo(0.571429, 6);
    expect(interp.predictedClasses).toEqual([0, 1, 2, 1, 2, 0, 1]);
    const [worst] = interp.itemResults([3]);
    expect(worst).toMatchObject({ index: 3, predicted: 'b', actual: 'c', target: 2 });
    expect(worst?.probability).toBeCloseTo(Math.exp(-5.054985), 6);
  });

  it('orders equal counts and losses by their places', () => {
    using interp = tidy(() => {
      const preds = torch.eye(3);
      const targets = tensor([1, 2, 0], { dtype: 'int64' });
      return new ClassificationInterpretation({ preds, targets, losses: torch.ones([3]) });
    });
    expect(interp.mostConfused()).toEqual([
      ['0', '2', 1],
      ['1', '0', 1],
      ['2', '1', 1],
    ]);
    expect(interp.topLosses().indices).toEqual([0, 1, 2]);
    expect(interp.topLosses(3, { largest: false }).indices).toEqual([0, 1, 2]);
  });

  it('has losses that are no numbers first', () => {
    using interp = tidy(() => {
      const targets = tensor([1, 2, 0], { dtype: 'int64' });
      const losses = tensor([1, Number.NaN, 2]);
      return new ClassificationInterpretation({ preds: torch.eye(3), targets, losses });
    });
    expect(interp.topLosses().indices).toEqual([1, 2, 0]);
  });

  it('says which target is no class', () => {
    using interp = tidy(() => {
      const targets = tensor([0, 5, 1], { dtype: 'int64' });
      const losses = torch.zeros([3]);
      return new ClassificationInterpretation({ preds: torch.eye(3), targets, losses });
    });
    expect(() => interp.itemResults([1])).toThrow(
      'targets: expected whole numbers from 0 to 2, item 1 is 5',
    );
    expect(() => interp.confusionMatrix()).toThrow('targets must be from 0 to 2, got 0 to 5');
  });

  it('has no shares of a class without items', async () => {
    using interp = tidy(() => {
      const targets = tensor([1, 1, 0], { dtype: 'int64' });
      return new ClassificationInterpretation({
        preds: torch.eye(3),
        targets,
        losses: torch.ones([3]),
      });
    });
    expect(interp.confusionMatrix()[2]).toEqual([0, 0, 0]);
    const texts = coloursOf(await interp.plotConfusionMatrix({ normalize: true }).toSvg());
    expect(texts).toEqual([
      '0.00:black',
      '0.00:black',
      '0.00:black',
      '0.50:black',
      '0.50:black',
      '1.00:white',
    ]);
  });

  it('keeps what it is given out of scopes, and frees it', () => {
    const interp = tidy(golden);
    expect(interp.preds.isDisposed).toBe(false);
    interp.dispose();
    expect([interp.preds, interp.targets, interp.losses].every((it) => it.isDisposed)).toBe(true);
  });

  it('draws the matrix, numbers above half of the largest in white', async () => {
    using interp = golden();
    const chart = interp.plotConfusionMatrix();
    expect(chart.title).toBe('Confusion matrix');
    expect(chart.series.map(({ name, y }) => [name, y])).toEqual([
      ['a', [2, 0, 0]],
      ['b', [0, 1, 1]],
      ['c', [0, 2, 1]],
    ]);
    expect(coloursOf(await chart.toSvg())).toEqual(
      ['2:white', '0:black', '0:black', '0:black', '1:black', '1:black']
        .concat(['0:black', '2:white', '1:black'])
        .sort(),
    );
    const svg = await chart.toSvg();
    for (const text of ['Confusion matrix', 'Actual', 'Predicted', '>a<', '>b<', '>c<']) {
      expect(svg).toContain(text);
    }
  });

  it('draws shares, without numbers if asked', async () => {
    using interp = golden();
    const shares = interp.plotConfusionMatrix({ normalize: true, normDec: 1, title: 'Shares' });
    expect(shares.series[2]?.y).toEqual([0, 2 / 3, 1 / 3]);
    const texts = coloursOf(await shares.toSvg());
    expect(texts).toContain('0.7:white');
    expect(texts).toContain('0.5:black');
    const plain = interp.plotConfusionMatrix({ plotTxt: false, cmap: 'viridis', cell: 20 });
    expect(coloursOf(await plain.toSvg())).toEqual([]);
    expect(() => interp.plotConfusionMatrix({ normalise: true } as object)).toThrow('no option');
  });

  it('refuses what does not fit', () => {
    tidy(() => {
      const [preds, targets] = [torch.rand([3, 2]), torch.zeros([3], { dtype: 'int64' })];
      const losses = torch.zeros([3]);
      const make = (results: object) => () =>
        new ClassificationInterpretation({ preds, targets, losses, ...results });
      expect(make({ classes: ['a', 'b', 'c'] })).toThrow('of 3 classes, got [3,2]');
      expect(make({ classes: ['a'] })).toThrow('[items, classes], got [3,2]');
      expect(make({ losses: torch.zeros([2]) })).toThrow('as many predictions, targets and losses');
      expect(make({ losses: torch.zeros([3, 2]) })).toThrow('and [3,2]');
      expect(make({ preds: torch.zeros([3]) })).toThrow('expected predictions [items, classes]');
      for (const tensor of [preds, targets, losses]) tensor.dispose();
    });
    using interp = golden();
    expect(() => interp.topLosses(8)).toThrow('from 0 to 7, got 8');
    expect(() => interp.topLosses(1.5)).toThrow('got 1.5');
    expect(() => interp.topLosses(1, { least: true } as object)).toThrow("no option 'least'");
    expect(() => interp.plotTabTopLosses(1)).toThrow('needs results of a learner');
    expect(() => interp.itemResults([0, 7])).toThrow(
      'indices: expected whole numbers from 0 to 6, item 1 is 7',
    );
    expect(() => interp.itemResults([-1])).toThrow('item 0 is -1');
  });
});

/** The numbers in the cells, and their colours. */
function coloursOf(svg: string): string[] {
  const texts = svg.matchAll(/<text[^>]*fill="(white|black)"[^>]*>([\d.]+)<\/text>/g);
  return [...texts].map(([, fill, text]) => `${text}:${fill}`).sort();
}

describeWithOracle('ClassificationInterpretation.fromLearner', (oracle) => {
  it('predicts in the order of the items, as Python does', async () => {
    const [x, y] = [torch.randn([23, 4]), torch.randint(0, 3, [23])];
    const rows = new TensorDataset(x, y);
    const data = DataBunch.create(rows, rows, { bs: 5, device: 'cpu' });
    const model = new nn.Sequential(new nn.Linear(4, 3), new nn.Dropout(0.5));
    using learn = new Learner(data, model, { lossFunc: new nn.CrossEntropyLoss(), silent: true });
    const { weight, bias } = model.getSubmodule('0') as nn.Linear;
    using interp = await ClassificationInterpretation.fromLearner(learn);
    const { values, indices } = interp.topLosses();
    await oracle.compare(
      () => [
        interp.preds.clone(),
        tensor(interp.confusionMatrix(), { dtype: 'int64' }),
        tensor([...values]),
        tensor([...indices], { dtype: 'int64' }),
      ],
      `
logits = F.linear(x, weight, bias)
preds = logits.softmax(1)
from sklearn.metrics import confusion_matrix
matrix = torch.tensor(confusion_matrix(y, preds.argmax(1), labels=[0, 1, 2]))
losses = F.cross_entropy(logits, y, reduction='none')
result = [preds, matrix, *losses.sort(descending=True, stable=True)]`,
      { x, y, weight: weight.detach(), bias: (bias as typeof x).detach() },
    );
    for (const part of [model, x, y]) part.dispose();
  });
});

describe('Interpretation of a learner', () => {
  expectNoLeaks();

  it('takes the training items in order, an own activation, and no batches without order', async () => {
    const [x, y] = [torch.arange(6).reshape([6, 1]).float(), torch.zeros([6, 1])];
    const rows = new TensorDataset(x, y);
    const model = new nn.Identity();
    const data = DataBunch.create(rows, null, { bs: 4, device: 'cpu' });
    const learn = new Learner(data, model, { lossFunc: new nn.MSELoss(), silent: true });
    const activ = (output: typeof x | readonly (typeof x)[]) => (output as typeof x).neg();
    using interp = await Interpretation.fromLearner(learn, { dsType: 'fix', activ });
    expect(interp.preds.toArray()).toEqual([[-0], [-1], [-2], [-3], [-4], [-5]]);
    expect(interp.topLosses(2)).toEqual({ values: [25, 16], indices: [5, 4] });
    for (const dsType of ['train', 'single', 'other']) {
      const failing = Interpretation.fromLearner(learn, { dsType: dsType as 'test' });
      await expect(failing).rejects.toThrow(`'valid', 'test' or 'fix', got '${dsType}'`);
    }
    await expect(Interpretation.fromLearner(learn)).rejects.toThrow("there is no 'valid' data");
    await expect(Interpretation.fromLearner(learn, { tta: true, activ })).rejects.toThrow(
      'tta has its own activation',
    );
    await expect(
      ClassificationInterpretation.fromLearner(learn, { dsType: 'fix' }),
    ).rejects.toThrow('expected predictions [items, classes]');
    for (const part of [x, y]) part.dispose();
  });

  it('averages over augmented samples, with the losses of the averages', async () => {
    const [x, y] = [torch.randn([6, 2]), torch.zeros([6], { dtype: 'int64' })];
    const loader = (inputs: Tensor) =>
      new DataLoader(new TensorDataset(inputs, y), {
        batchSize: 4,
      }) as BatchSource<SupervisedBatch>;
    const negated = tidy(() => x.neg());
    class Mirrored extends DataBunch {
      override get augmented() {
        return () => [loader(negated)];
      }
    }
    const data = new Mirrored(loader(x), loader(x), { device: 'cpu' });
    const learn = new Learner(data, new nn.Identity(), { lossFunc: new nn.CrossEntropyLoss() });
    using interp = await ClassificationInterpretation.fromLearner(learn, { tta: true });
    tidy(() => {
      const expected = x.softmax(1).mul(0.4).add(negated.softmax(1).mul(0.6));
      expect(interp.preds.sub(expected).abs().max().item()).toBeLessThan(1e-6);
      const losses = expected.select(1, 0).log().neg();
      expect(interp.losses.sub(losses).abs().max().item()).toBeLessThan(1e-5);
    });
    for (const part of [x, y, negated]) part.dispose();
  });

  it('lists the rows of a table that were predicted worst', async () => {
    const df = pl.DataFrame({
      colour: ['red', 'blue', 'red', 'blue', 'red', 'blue', 'red', 'blue'],
      size: [1, 2, 3, 4, 5, 6, 7, 8],
      kind: ['x', 'y', 'x', 'y', 'y', 'x', 'y', 'x'],
    });
    manualSeed(3);
    const list = TabularList.fromDf(df, {
      catNames: ['colour'],
      contNames: ['size'],
      procs: [Categorify, Normalize],
    });
    using data = list
      .splitByIdx([4, 5, 6, 7])
      .labelFromDf('kind')
      .databunch({ bs: 2, device: 'cpu' });
    using learn = tabularLearner(data, { layers: [4], silent: true });
    using interp = await ClassificationInterpretation.fromLearner(learn);
    const table = interp.plotTabTopLosses(3);
    expect(table.columns.map(({ name }) => name)).toEqual([
      'Prediction',
      'Actual',
      'Loss',
      'Probability',
      'colour',
      'size',
    ]);
    const { values, indices } = interp.topLosses(3);
    const actual = ['y', 'x', 'y', 'x'];
    const colours = ['red', 'blue', 'red', 'blue'];
    expect(table.rows.map((row) => [row[1], row[2], row[3], row[4]])).toEqual(
      indices.map((index, place) => [
        actual[index],
        (values[place] as number).toFixed(4),
        Math.exp(-(values[place] as number)).toFixed(4),
        colours[index],
      ]),
    );
    learn.model.dispose();
  });
});
