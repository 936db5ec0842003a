import {
  type Callback,
  DataBunch,
  type FitState,
  Learner,
  type LearnerOptions,
  lrRange,
  nn,
  type OneCycleOptions,
  OneCycleScheduler,
  type optim,
  slice,
  type Tensor,
  tensor,
} from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrder } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

describe('schedules', () => {
  expectNoLeaks();

  let x: Tensor;
  let y: Tensor;
  beforeAll(() => {
    x = tensor([[1], [2], [3], [4], [5], [6]]);
    y = tensor([[2], [4], [6], [8], [10], [12]]);
  });
  afterAll(() => {
    for (const made of [x, y]) made.dispose();
  });

  /** Of a model of three layers; with `batches` batches an epoch, from 1 to 6. */
  function newLearner(batches: number, options: LearnerOptions = {}): Learner {
    const source = inOrder(x, y, 1, batches);
    const layers = () => new nn.Linear(1, 1);
    return new Learner(
      new DataBunch(source, null),
      new nn.Sequential(layers(), layers(), layers()),
      {
        lossFunc: new nn.MSELoss(),
        silent: true,
        ...options,
      },
    );
  }

  /** Learning rate and momentum of each batch, and after the last, for a cycle of `n` batches. */
  function cycle(n: number, max: number, options: OneCycleOptions): [lr: number, mom: number][] {
    using learn = newLearner(1);
    using _ = learn.model;
    const scheduler = new OneCycleScheduler(learn, max, options);
    const values: [number, number][] = [];
    scheduler.onTrainBegin({ nEpochs: n, epoch: 0 } as FitState);
    for (let i = 0; i <= n; i++) {
      values.push([learn.opt.lr, learn.opt.mom as number]);
      scheduler.onBatchEnd({ train: true } as FitState);
    }
    return values;
  }

  function expectClose(actual: readonly number[], expected: readonly number[], relative = 1e-9) {
    expect(actual).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) {
      const error = Math.abs((actual[i] as number) - value);
      expect(error, `${i}: ${actual[i]} for ${value}`).toBeLessThanOrEqual(relative * value);
    }
  }

  const lrsAt = (values: [number, number][], at: readonly number[]) =>
    at.map((i) => values[i]?.[0] as number);
  const momsAt = (values: [number, number][], at: readonly number[]) =>
    at.map((i) => values[i]?.[1] as number);

  it('fitOneCycle sets the rates of J37 and the momenta of J38', async () => {
    using learn = newLearner(5);
    await learn.fitOneCycle(2, 1e-3, { pctStart: 0.3 });
    const { lrs, moms } = learn.recorder;
    expectClose(
      [...lrs, learn.opt.lr],
      [
        4e-5, 2.8e-4, 7.6e-4, 1e-3, 9.50484632e-4, 8.117456539e-4, 6.112620219e-4, 3.887419781e-4,
        1.882583461e-4, 4.951936799e-5, 4e-9,
      ],
    );
    expectClose(
      [...(moms as number[]), learn.opt.mom as number],
      [
        0.95, 0.925, 0.875, 0.85, 0.8549515566, 0.8688255099, 0.8888739533, 0.9111260467,
        0.9311744901, 0.9450484434, 0.95,
      ],
    );
    learn.model.dispose();
  });

  it('divides other cycles as J39 to J43 say', () => {
    const short = cycle(3, 1e-3, { pctStart: 0.8 });
    expectClose(lrsAt(short, [0, 1, 2]), [4e-5, 5.2e-4, 1e-3]);
    expectClose(momsAt(short, [0, 1, 2]), [0.95, 0.9, 0.85]);
    expectClose(
      lrsAt(cycle(100, 1e-2, { pctStart: 0.3 }), [0, 1, 15, 29, 30, 31, 50, 65, 99]),
      [
        4e-4, 4.262949022e-4, 5.2e-3, 9.973705098e-3, 1e-2, 9.994965353e-3, 8.11745654e-3,
        5.00002e-3, 5.074647155e-6,
      ],
    );
    const rossmann = cycle(62_725, 1e-3, {});
    const at = [5000, 10_000, 18_817, 40_000, 62_724];
    expectClose(
      lrsAt(rossmann, at),
      [1.9775470002e-4, 5.6732486101e-4, 1e-3, 5.2757021014e-4, 4.0012798253e-9],
    );
    expectClose(momsAt(rossmann, at), [0.9335672187, 0.895070327, 0.85, 0.897243168, 0.9499999999]);
    expectClose(
      lrsAt(cycle(276, 1e-2, { pctStart: 0.8 }), [0, 110, 220, 221, 248, 275]),
      [4e-4, 5.2e-3, 1e-2, 9.992134107e-3, 5.00002e-3, 7.905893447e-6],
    );
    expectClose(lrsAt(cycle(184, 1e-3, { pctStart: 0.8 }), [147, 183]), [1e-3, 1.805248524e-6]);
    expectClose(lrsAt(cycle(184, 1e-4, {}), [55, 183]), [1e-4, 1.522644844e-8]);
  });

  it('follows version 2 where told, J44', () => {
    expectClose(
      cycle(10, 1e-3, { version: 2 })
        .slice(0, 10)
        .map(([lr]) => lr),
      [
        4e-5, 3.716718e-4, 9.083282e-4, 9.890739e-4, 9.045095e-4, 7.500025e-4, 5.522687e-4,
        3.45498e-4, 1.65443e-4, 4.32368e-5,
      ],
      1e-6,
    );
    const moms = momsAt(
      cycle(10, 1e-3, { version: 2, moms: [0.9, 0.8, 0.7], pctStart: 0.5 }),
      [0, 5, 10],
    );
    expectClose(moms, [0.9, 0.8, 0.7]);
  });

  it('is at the top after the first batch where no part goes up, and checks its options', () => {
    expectClose(lrsAt(cycle(4, 1e-2, { pctStart: 0 }), [0, 1]), [4e-4, 1e-2]);
    expect(() => cycle(4, 1e-2, { pctStart: 1.5 })).toThrow(
      'pctStart must be from 0 to 1, got 1.5',
    );
    expect(() => cycle(4, 1e-2, { pct: 0.5 } as OneCycleOptions)).toThrow("no option 'pct'");
  });

  it('gives layer groups rates of their own, and goes on where another fit ended', async () => {
    using learn = newLearner(5);
    learn.split([...learn.model.children()]);
    const rates: (readonly number[])[] = [];
    const callbacks: Callback[] = [{ onBatchBegin: () => void rates.push(learn.opt.lrs) }];
    await learn.fitOneCycle(2, slice(1e-5, 1e-3), { callbacks });
    const whole = rates.splice(0);
    expectClose(whole[3] ?? [], [1e-5, 1e-4, 1e-3]);
    await learn.fitOneCycle(1, slice(1e-5, 1e-3), { callbacks, totEpochs: 2 });
    await learn.fitOneCycle(2, slice(1e-5, 1e-3), { callbacks, startEpoch: 1 });
    expect(rates).toEqual(whole);
    expect(learn.recorder.nbBatches).toEqual([5]);
    learn.model.dispose();
  });

  it('stops when the cycle is over', async () => {
    using learn = newLearner(5);
    await learn.fitOneCycle(3, 1e-3, { totEpochs: 1 });
    expect(learn.recorder.lrs).toHaveLength(6);
    learn.model.dispose();
  });

  it('lrFind grows the rate as J45 says, over epochs, and leaves all as it was', async () => {
    using learn = newLearner(3);
    await learn.fit(1, 1e-3);
    const values = () =>
      [
        ...learn.model.parameters(),
        ...[...(learn.opt.optimizer as optim.Adam).state.values()].flatMap((s) => Object.values(s)),
      ].map(String);
    const before = values();
    await learn.lrFind({ stopDiv: false });
    expect(values()).toEqual(before);
    expect(learn.opt.lr).toBe(1e-3);
    const { lrs, losses, nbBatches, valLosses } = learn.recorder;
    expectClose(
      [0, 1, 10, 50, 98, 99].map((i) => lrs[i] as number),
      [
        1e-7, 1.202264434617413e-7, 6.309573444801933e-7, 1e-3, 6.918309709189362,
        8.317637711026709,
      ],
    );
    expect([lrs.length, losses.length]).toEqual([100, 100]);
    expect([nbBatches.length, nbBatches.at(-1)]).toEqual([34, 1]);
    expect(new Set(valLosses)).toEqual(new Set([null]));
    learn.model.dispose();
  });

  it('lrFind stops when the loss diverges, or is not a number', async () => {
    using learn = newLearner(6);
    await learn.lrFind({ startLr: 1e-3, endLr: 1e4, numIt: 50 });
    const { losses } = learn.recorder;
    expect(losses.length).toBeLessThan(50);
    const best = Math.min(...losses.slice(0, -1));
    expect(losses.at(-1)).toBeGreaterThan(4 * best);
    for (const loss of losses.slice(0, -1)) expect(loss).toBeLessThanOrEqual(4 * best);

    learn.lossFunc = (output: Tensor) => output.sum().mul(Number.NaN);
    await learn.lrFind();
    expect(learn.recorder.losses).toHaveLength(1);
    await expect(learn.lrFind({ numIt: 0 })).rejects.toThrow('numIt must be a whole number');
    await expect(learn.lrFind({ startLr: 0 })).rejects.toThrow('none can be 0');
    learn.model.dispose();
  });

  it('lrRange spreads slices over layer groups, J46', () => {
    expectClose([lrRange(slice(1e-6, 1e-3), 3)].flat(), [1e-6, 3.16227766e-5, 1e-3], 1e-8);
    expectClose([lrRange(slice(1e-2), 3)].flat(), [1e-3, 1e-3, 1e-2]);
    expectClose([lrRange({ start: 1e-6, stop: 1e-4 }, 3)].flat(), [1e-6, 1e-5, 1e-4]);
    expect(lrRange({ start: 1e-6, stop: 1e-4 }, 1)).toEqual([1e-4]);
    expect(lrRange(0.1, 3)).toBe(0.1);
    expect(() => lrRange(slice(1, null), 3)).toThrow('a range with a stop');
    expect(() => lrRange(-1, 3)).toThrow('learning rates must be finite and at least 0');
  });

  it('smooths the training loss as J48 says', async () => {
    const losses = tensor([[4], [2], [1], [1]]);
    const source = inOrder(losses, losses, 1);
    using model = new nn.Linear(1, 1);
    using learn = new Learner(new DataBunch(source, null), model, {
      lossFunc: (output: Tensor, loss: Tensor) => output.mul(0).add(loss).sum(),
      silent: true,
    });
    await learn.fit(1);
    expectClose(learn.recorder.losses, [4, 2.989899, 2.3131547, 1.9748516], 1e-7);
    await learn.fit(1);
    expect(learn.recorder.losses[0]).toBe(4);
    losses.dispose();
  });
});
