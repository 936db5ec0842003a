import {
  DataBunch,
  DatasetType,
  Learner,
  nn,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { inOrder } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

const rows = 7;
const x = torch.randn([rows, 4]);
const classes = tensor([0, 1, 2, 1, 0, 2, 2], { dtype: 'int64' });
const many = tidy(() =>
  classes
    .unsqueeze(1)
    .eq(tensor([0, 1, 2]))
    .float(),
);
const counts = classes.float();
const noTargets = torch.zeros([rows], { dtype: 'int64' });
const all = [x, classes, many, counts, noTargets];
afterAll(() => {
  for (const part of all) part.dispose();
});

class Named extends DataBunch {
  override get classes(): readonly string[] {
    return ['a', 'b', 'c'];
  }
  override denorm(input: Tensor): Tensor {
    return input.mul(10);
  }
}

function setUp(lossFunc: nn.AnyModule | ((output: Tensor, target: Tensor) => Tensor), y: Tensor) {
  const model = new nn.Sequential(new nn.Linear(4, 3), new nn.BatchNorm1d(3), new nn.Dropout(0.5));
  const [train, valid] = [inOrder(x, y, 4), inOrder(x, y, 3)];
  const data = new Named(train, valid, { device: 'cpu', testDl: inOrder(x, noTargets, 5) });
  const learn = new Learner(data, model, { lossFunc, silent: true });
  return { learn, model, data, free: () => model.dispose() };
}

const close = (actual: Tensor, expected: Tensor) =>
  expect(actual.sub(expected).abs().max().item()).toBeLessThan(1e-6);

const free = (...tensors: (Tensor | readonly Tensor[])[]) => {
  for (const part of tensors.flat()) part.dispose();
};

describe('getPreds', () => {
  expectNoLeaks();

  const { crossEntropy, mseLoss, nllLoss } = nn.functional;
  type Case = [
    string,
    nn.AnyModule | ((output: Tensor, target: Tensor) => Tensor),
    Tensor,
    (z: Tensor) => Tensor,
  ];
  const cases: Case[] = [
    ['CrossEntropyLoss', new nn.CrossEntropyLoss(), classes, (z) => z.softmax(-1)],
    ['label smoothing', new nn.LabelSmoothingCrossEntropy(), classes, (z) => z.softmax(-1)],
    ['crossEntropy', crossEntropy, classes, (z) => z.softmax(-1)],
    ['BCEWithLogitsLoss', new nn.BCEWithLogitsLoss(), many, (z) => z.sigmoid()],
    ['NLLLoss', new nn.NLLLoss(), classes, (z) => z.exp()],
    ['nllLoss', nllLoss, classes, (z) => z.exp()],
    ['MSELoss', new nn.MSELoss(), many, (z) => z],
    ['a function', (z, y) => mseLoss(z, y), many, (z) => z],
    ['PoissonNLLLoss', new nn.PoissonNLLLoss(), many, (z) => z.exp()],
    ['its logInput: false', new nn.PoissonNLLLoss({ logInput: false }), many, (z) => z],
  ];

  it.each(cases)('gives what follows from the loss: %s', async (_, lossFunc, y, expected) => {
    const { learn, model, free: end } = setUp(lossFunc, y);
    const [preds, targets] = await learn.getPreds();
    tidy(() => close(preds, expected(model.eval().call(x))));
    expect((targets as Tensor).equal(y)).toBe(true);
    expect(preds.requiresGrad).toBe(false);
    free(preds, targets);
    end();
  });

  it.each(cases.slice(0, -1))('gives the loss of each sample: %s', async (_, lossFunc, y) => {
    const { learn, model, free: end } = setUp(lossFunc, y);
    const [preds, targets, losses] = await learn.getPreds({ withLoss: true });
    tidy(() => {
      const output = model.eval().call(x);
      const call = (z: Tensor, t: Tensor) =>
        (lossFunc instanceof nn.Module ? lossFunc.call(z, t) : lossFunc(z, t)) as Tensor;
      expect(losses.shape).toEqual([rows]);
      for (let i = 0; i < rows; i++) {
        close(losses.narrow(0, i, 1), call(output.narrow(0, i, 1), y.narrow(0, i, 1)));
      }
    });
    free(preds, targets, losses);
    end();
  });

  it('works on any part, and on some of its batches', async () => {
    const { learn, free: end } = setUp(new nn.CrossEntropyLoss(), classes);
    const test = await learn.getPreds({ dsType: DatasetType.Test });
    expect(test[0].shape).toEqual([rows, 3]);
    expect((test[1] as Tensor).equal(noTargets)).toBe(true);
    const train = await learn.getPreds({ dsType: DatasetType.Train, nBatch: 1 });
    expect(train[0].shape).toEqual([4, 3]);
    free(...test, ...train);
    await expect(learn.getPreds({ dsType: DatasetType.Fix })).rejects.toThrow("no 'fix' data");
    await expect(learn.getPreds({ ds_type: 'test' } as never)).rejects.toThrow('no option');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(learn.getPreds({ signal })).rejects.toThrow('enough');
    end();
  });

  it('takes another activation, that of the options before that of the data', async () => {
    const { model, free: end } = setUp(new nn.CrossEntropyLoss(), classes);
    const batches = inOrder(x, classes, 4);
    const activation = (z: Tensor | readonly Tensor[]) => (z as Tensor).mul(2);
    const data = new DataBunch(batches, batches, { device: 'cpu', activation });
    const learn = new Learner(data, model, { lossFunc: new nn.CrossEntropyLoss() });
    const [ours, y1] = await learn.getPreds();
    const [none, y2] = await learn.getPreds({ activ: (z) => z });
    tidy(() => {
      close(none, model.call(x));
      close(ours, none.mul(2));
    });
    free(ours, none, y1, y2);
    end();
  });

  it('of a model with several outputs gives each', async () => {
    class Two extends nn.Module<[input: Tensor], readonly Tensor[]> {
      protected override forward(input: Tensor): readonly Tensor[] {
        return [input.half(), input.sum(1)];
      }
    }
    const batches = inOrder(x, counts, 4);
    const learn = new Learner(new DataBunch(batches, batches, { device: 'cpu' }), new Two(), {
      lossFunc: ([, sum]: readonly Tensor[], y: Tensor) => nn.functional.mseLoss(sum as Tensor, y),
    });
    const [preds, y, losses] = await learn.getPreds<readonly Tensor[]>({ withLoss: true });
    expect(preds.map(({ shape, dtype }) => [shape, dtype])).toEqual([
      [[rows, 4], 'float32'],
      [[rows], 'float32'],
    ]);
    tidy(() => close(losses, x.sum(1).sub(counts).square()));
    free(...preds, y, losses);
  });

  it('computes in the short dtype of mixed precision, and gives float32', async () => {
    const { learn, model, free: end } = setUp(new nn.CrossEntropyLoss(), classes);
    const dtypes: string[] = [];
    model.at(0).registerForwardHook((_: unknown, __: unknown, output: Tensor) => {
      dtypes.push(output.dtype);
    });
    const [preds, y] = await learn.toBf16().getPreds();
    expect(new Set(dtypes)).toEqual(new Set(['bfloat16']));
    expect(preds.dtype).toBe('float32');
    tidy(() => {
      const exact = learn.toFp32().predBatch([x, classes]) as Tensor;
      expect(preds.sub(exact).abs().max().item()).toBeLessThan(0.02);
    });
    expect(dtypes.at(-1)).toBe('float32');
    free(preds, y);
    end();
  });

  it('hears callbacks, and frees what it made when one throws', async () => {
    const { learn, free: end } = setUp(new nn.CrossEntropyLoss(), classes);
    learn.callbacks.push({
      onBatchBegin: ({ lastInput }) => ({ lastInput: (lastInput as Tensor).mul(0) }),
    });
    const [preds, y] = await learn.getPreds();
    tidy(() => expect(preds.select(0, 0).equal(preds.select(0, 5))).toBe(true));
    let batches = 0;
    learn.callbacks.push({
      onLossBegin() {
        if (++batches === 2) throw new Error('mine');
      },
    });
    await expect(learn.getPreds()).rejects.toThrow('mine');
    free(preds, y);
    end();
  });
});

describe('predict', () => {
  expectNoLeaks();

  it('names the class, and gives its number and all probabilities', () =>
    tidy(() => {
      const { learn, model } = setUp(new nn.CrossEntropyLoss(), classes);
      const item = x.select(0, 2);
      const { label, value, output, x: input } = learn.predict(item, { returnX: true });
      expect(model.training).toBe(true);
      const expected = model.eval().call(item.unsqueeze(0)).softmax(-1).select(0, 0);
      close(output as Tensor, expected);
      expect(value.item()).toBe(expected.argmax().item());
      expect(label).toBe(['a', 'b', 'c'][Number(value.item())]);
      close(input as Tensor, item.mul(10));
      expect(learn.predict(item).x).toBeUndefined();
    }));

  it('names all classes of at least even odds', () =>
    tidy(() => {
      const { learn, model } = setUp(new nn.BCEWithLogitsLoss(), many);
      const item = x.select(0, 3);
      const { label, value } = learn.predict(item);
      const scores = model.eval().call(item.unsqueeze(0)).select(0, 0);
      const on = (scores.ge(0).toArray() as boolean[]).map((each) => Number(each));
      expect(value.toArray()).toEqual(on);
      expect(label).toEqual(['a', 'b', 'c'].filter((_, i) => on[i] === 1));
    }));

  it('gives numbers where there are no classes', () =>
    tidy(() => {
      const { learn, model } = setUp(new nn.MSELoss(), many);
      const { label, value, output } = learn.predict(x.select(0, 0));
      expect(output).toBe(value);
      expect(label).toEqual(value.toArray());
      close(
        value,
        model
          .eval()
          .call(x.narrow(0, 0, 1))
          .select(0, 0),
      );
    }));

  it('of several items is the prediction of each', () =>
    tidy(() => {
      for (const [lossFunc, y] of [
        [new nn.CrossEntropyLoss(), classes],
        [new nn.BCEWithLogitsLoss(), many],
        [new nn.MSELoss(), many],
      ] as const) {
        const { learn } = setUp(lossFunc, y);
        const items = [0, 1, 2].map((row) => x.select(0, row));
        const { labels, values, outputs } = learn.predictItems(items);
        for (const [row, item] of items.entries()) {
          const { label, value, output } = learn.predict(item);
          if (lossFunc instanceof nn.MSELoss) close(tensor(labels[row] as number[]), value);
          else expect(labels[row]).toEqual(label);
          close(values.select(0, row).float(), value.float());
          close((outputs as Tensor).select(0, row), output as Tensor);
        }
      }
    }));

  it('drops other activations each time with Monte Carlo dropout', () =>
    tidy(() => {
      const { learn, model } = setUp(new nn.MSELoss(), many);
      const mean = model.getBuffer('1.running_mean').clone();
      const item = x.select(0, 0);
      const predictions = learn.predictWithMcDropout(item, 20);
      const texts = new Set(
        predictions.map(({ output }) => (output as Tensor).toArray()).map(String),
      );
      expect(predictions).toHaveLength(20);
      expect(texts.size).toBeGreaterThan(2);
      expect(model.getBuffer('1.running_mean').equal(mean)).toBe(true);
      expect(model.training).toBe(true);
      expect(learn.predictWithMcDropout(item)).toHaveLength(10);
    }));

  it('of a batch runs in evaluation mode, unless dropout is asked for', async () => {
    const { learn, model, data, free: end } = setUp(new nn.CrossEntropyLoss(), classes);
    const batch = await data.oneBatch(DatasetType.Valid, { denorm: false });
    tidy(() => {
      const plain = learn.predBatch(batch) as Tensor;
      const dropped = learn.predBatch(batch, { withDropout: true, activ: (z) => z }) as Tensor;
      expect(dropped.eq(0).any().item()).toBe(true);
      close(
        plain,
        model
          .eval()
          .call(batch[0] as Tensor)
          .softmax(-1),
      );
      expect(() => learn.predBatch(batch, { dropout: true } as never)).toThrow('no option');
    });
    free(...batch);
    end();
  });
});

describe('tta', () => {
  expectNoLeaks();

  it('mixes plain predictions with the mean of augmented ones', async () => {
    const { learn, model, free: end } = setUp(new nn.CrossEntropyLoss(), classes);
    const shifted = [1, 2].map((shift) => x.add(shift));
    const seen: unknown[] = [];
    const [preds, y, losses] = await learn.tta({
      withLoss: true,
      augmented: (of, options) => {
        seen.push(of, options);
        return shifted.map((input) => inOrder(input, classes, 2));
      },
    });
    expect(seen).toEqual([learn, { dsType: 'valid', scale: 1.35 }]);
    tidy(() => {
      const [plain, a, b] = [x, ...shifted].map((input) => model.eval().call(input).softmax(-1));
      const mean = (a as Tensor).add(b as Tensor).div(2);
      const expected = (plain as Tensor).mul(0.4).add(mean.mul(0.6));
      close(preds, expected);
      const nll = nn.functional.nllLoss(expected.log(), classes, { reduction: 'none' });
      expect(losses.sub(nll).abs().max().item()).toBeLessThan(1e-5);
    });
    await expect(learn.tta()).rejects.toThrow('tta needs augmented samples');
    await expect(learn.tta({ augmented: () => [] })).rejects.toThrow('no augmented samples');
    free(preds, y, losses, ...shifted);
    end();
  });
});
