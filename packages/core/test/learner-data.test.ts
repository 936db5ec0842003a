import {
  type BatchTransform,
  DataBunch,
  DatasetType,
  data,
  Learner,
  manualSeed,
  nn,
  Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrder } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

describe('DataBunch', () => {
  expectNoLeaks();

  let x: Tensor;
  let y: Tensor;
  let dataset: data.TensorDataset<readonly [Tensor, Tensor]>;
  beforeAll(() => {
    x = tidy(() => torch.arange(10).view(10, 1).float());
    y = tidy(() => x.mul(2));
    dataset = new data.TensorDataset(x, y);
  });
  afterAll(() => {
    for (const made of [x, y]) made.dispose();
  });

  /** The inputs of all batches of a part. */
  const inputsOf = (bunch: DataBunch, type: DatasetType) =>
    tidy(() => {
      const batches: unknown[] = [];
      const iterator = bunch.dl(type).batches();
      while (iterator.ready()) batches.push((iterator.take()[0] as Tensor).flatten().toArray());
      return batches as number[][];
    });

  it('shuffles training data, in whole batches, and leaves the other parts in order', () => {
    const bunch = DataBunch.create(dataset, dataset, { testDs: dataset, bs: 4, valBs: 6 });
    manualSeed(1);
    const first = inputsOf(bunch, DatasetType.Train);
    const second = inputsOf(bunch, DatasetType.Train);
    expect(first.map((batch) => batch.length)).toEqual([4, 4]);
    expect(first).not.toEqual(second);
    const inOrder = [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9],
    ];
    for (const type of [DatasetType.Valid, DatasetType.Test, DatasetType.Fix]) {
      expect(inputsOf(bunch, type)).toEqual(inOrder);
    }
    expect(() => bunch.dl(DatasetType.Single)).toThrow("there is no 'single' data");
    expect(() => DataBunch.create(dataset, null).dl('valid')).toThrow("there is no 'valid' data");
  });

  it('sets the batch size of all parts', () => {
    const bunch = DataBunch.create(dataset, dataset, { bs: 4 });
    expect(bunch.batchSize).toBe(4);
    bunch.batchSize = 5;
    expect(bunch.batchSize).toBe(5);
    const sizes = (type: DatasetType) => inputsOf(bunch, type).map((batch) => batch.length);
    expect(sizes('train')).toEqual([5, 5]);
    expect(sizes('valid')).toEqual([5, 5]);
    const ready = new DataBunch(inOrder(x, y, 2), null);
    expect(ready.batchSize).toBe(undefined);
    expect(() => {
      ready.batchSize = 3;
    }).toThrow('the batch size cannot be set: the batches were given ready');
  });

  it('says why there is nothing to train', async () => {
    using model = new nn.Linear(1, 1);
    using learn = new Learner(DataBunch.create(dataset, null), model, {
      lossFunc: new nn.MSELoss(),
    });
    await expect(learn.fit(1)).rejects.toThrow(
      'the training data has no batch: its batch size is 64, its set has 10 items',
    );
  });

  it('puts batches through transforms', async () => {
    const double: BatchTransform = ([input, target]) => [(input as Tensor).mul(2), target];
    const addOne: BatchTransform = ([input, target]) => [(input as Tensor).add(1), target];
    const bunch = DataBunch.create(dataset, dataset, { bs: 2, tfms: [double] });
    bunch.addTfm(addOne);
    expect(inputsOf(bunch, 'valid')[1]).toEqual([5, 7]);
    bunch.removeTfm(double);
    bunch.removeTfm(double);
    expect(inputsOf(bunch, 'valid')[1]).toEqual([3, 4]);
    const wrong = new DataBunch({ ...inOrder(x, y, 2), batches: wrongBatches }, null);
    expect(() => inputsOf(wrong, 'train')).toThrow('a batch must be [x, y], got 7');
  });

  const wrongBatches = () => ({
    ready: () => true,
    take: () => 7 as never,
    close: () => {},
  });

  it('shows a batch, or makes one of an item', async () => {
    class Shifted extends DataBunch {
      override denorm(input: Tensor | readonly Tensor[]) {
        return (input as Tensor).sub(100);
      }

      protected override sampleOf(item: number) {
        return [tensor([item]), 5n] as const;
      }
    }
    const bunch = new Shifted(inOrder(x, y, 3), inOrder(x, y, 2), {
      tfms: [([input, target]) => [(input as Tensor).add(100), target]],
    });
    const shown = async (batch: ReturnType<DataBunch['oneItem']>) => {
      const values = batch.map((part) => (part as Tensor).toArray());
      for (const part of batch) (part as Tensor).dispose();
      return values;
    };
    expect(await shown(await bunch.oneBatch())).toEqual([
      [[0], [1], [2]],
      [[0], [2], [4]],
    ]);
    expect(await shown(await bunch.oneBatch('valid', { denorm: false }))).toEqual([
      [[100], [101]],
      [[0], [2]],
    ]);
    expect(await shown(bunch.oneItem(7))).toEqual([[[107]], [5]]);
    expect(await shown(bunch.oneItem(7, { denorm: true, cpu: true }))).toEqual([[[7]], [5]]);
    await expect(new DataBunch(inOrder(x, y, 2, 0), null).oneBatch()).rejects.toThrow(
      'the train data has no batch',
    );
    await expect(bunch.oneBatch('train', { detach: true } as object)).rejects.toThrow('no option');
    expect(() => new DataBunch(inOrder(x, y, 2), null, { bs: 3 } as object)).toThrow('no option');
  });

  it('has a loss where the labels say which', async () => {
    const lossFunc = (output: Tensor, target: Tensor) => output.sub(target).abs().mean();
    const labelled = Object.assign(new data.TensorDataset(x, y), { lossFunc });
    using model = new nn.Linear(1, 1);
    using learn = new Learner(DataBunch.create(labelled, null, { bs: 5 }), model, { silent: true });
    expect(learn.lossFunc).toBe(lossFunc);
    await learn.fit(1);
    const other = new nn.MSELoss();
    learn.lossFunc = other;
    learn.data = DataBunch.create(labelled, null, { bs: 2 });
    await learn.fit(1);
    expect(learn.lossFunc).toBe(other);
    expect(learn.recorder.nbBatches).toEqual([5]);
    expect(learn.data.exportState()).toEqual({});
  });

  it('gives a model several inputs, and a loss several targets', async () => {
    class Sum extends nn.Module<[Tensor, Tensor], Tensor[]> {
      scale = new nn.Linear(1, 1);
      protected override forward(a: Tensor, b: Tensor): Tensor[] {
        return [this.scale.call(a), b];
      }
    }
    const pairs = {
      length: 4,
      get: (i: number) => [
        [x.select(0, i), y.select(0, i)],
        [y.select(0, i), x.select(0, i)],
      ],
    };
    using model = new Sum();
    using learn = new Learner(DataBunch.create(pairs, pairs, { bs: 2 }), model, {
      lossFunc: ([a, b]: readonly Tensor[], first: Tensor, second: Tensor) => {
        expect([a, b, first, second].every((part) => part instanceof Tensor)).toBe(true);
        return (a as Tensor)
          .sub(first)
          .square()
          .mean()
          .add(second.sub(b as Tensor).mean());
      },
      silent: true,
    });
    await learn.fit(1);
    expect(learn.recorder.losses).toHaveLength(2);
  });
});
