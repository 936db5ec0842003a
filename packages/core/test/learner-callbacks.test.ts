import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AccumulateScheduler,
  BnFreeze,
  type Callback,
  CSVLogger,
  DataBunch,
  type Direction,
  EarlyStoppingCallback,
  GradientClipping,
  Learner,
  type LearnerOptions,
  type Metric,
  metrics,
  nn,
  optim,
  ReduceLROnPlateauCallback,
  SaveModelCallback,
  StopAfterNBatches,
  type Tensor,
  TerminateOnNaNCallback,
  TrackEpochCallback,
  tidy,
  torch,
} from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

/** A metric that gives these values, one an epoch. */
function scripted(name: string, values: readonly number[], direction?: Direction): Metric {
  let epoch = 0;
  return { name, direction, reset() {}, accumulate() {}, value: () => values[epoch++] as number };
}

interface Setting extends LearnerOptions {
  rows?: number;
  batchSize?: number;
  /** Adds batch norm. */
  norm?: boolean;
}

/** Runs `action` with a small learner, 4 batches an epoch unless told otherwise. */
async function withLearner<T>(
  { rows = 8, batchSize = 2, norm = false, ...options }: Setting,
  action: (learn: Learner) => Promise<T>,
): Promise<T> {
  const [x, y] = randomPairs(rows);
  using model = new nn.Sequential(
    new nn.Linear(2, 2),
    ...(norm ? [new nn.BatchNorm1d(2)] : []),
    new nn.Linear(2, 1),
  );
  const batches = inOrder(x, y, batchSize);
  using learn = new Learner(new DataBunch(batches, batches, { device: 'cpu' }), model, {
    lossFunc: new nn.MSELoss(),
    silent: true,
    ...options,
  });
  try {
    return await action(learn);
  } finally {
    x.dispose();
    y.dispose();
  }
}

/** What is said by a learner that is not silent and has no table. */
async function saidBy(learn: Learner, action: () => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line).trimEnd());
    return true;
  });
  learn.silent = false;
  try {
    await action();
  } finally {
    learn.silent = true;
    write.mockRestore();
  }
  return lines.filter((line) => !/^(epoch|\d) /.test(line));
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-callbacks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('trackers', () => {
  expectNoLeaks();

  /** Epochs until an early stop, when a metric has these values. */
  const epochsOf = (
    metric: Metric,
    options: ConstructorParameters<typeof EarlyStoppingCallback>[1],
  ) =>
    withLearner({ metrics: [metric] }, async (learn) => {
      const callback = new EarlyStoppingCallback(learn, { monitor: metric.name, ...options });
      await learn.fit(6, 0.01, { callbacks: [callback] });
      return [learn.recorder.nbBatches.length, callback.best];
    });

  it('J59, corrected: by the declared direction exp_rmspe is better when it is smaller', async () => {
    const falling = [6, 5, 4, 3, 2, 1];
    const rising = [1, 2, 3, 4, 5, 6];
    for (const [name, direction] of [
      ['error_rate', metrics.errorRate.direction],
      ['exp_rmspe', metrics.expRmspe.direction],
      ['accuracy', metrics.accuracy.direction],
      ['my_error', undefined],
      ['my_loss', undefined],
    ] as const) {
      const largeIsBetter = name === 'accuracy';
      const good = largeIsBetter ? rising : falling;
      const bad = largeIsBetter ? falling : rising;
      expect(await epochsOf(scripted(name, good, direction), {}), name).toEqual([6, good[5]]);
      expect(await epochsOf(scripted(name, bad, direction), {}), name).toEqual([2, bad[0]]);
    }
  });

  it('must be told the direction of other names, and refuse names that the fit has not', async () => {
    const values = [1, 2, 3, 4, 5, 6];
    await expect(epochsOf(scripted('harmony', values), {})).rejects.toThrow(
      "EarlyStoppingCallback: is a smaller 'harmony' better, or a larger one? Give the mode",
    );
    expect(await epochsOf(scripted('harmony', values), { mode: 'max' })).toEqual([6, 6]);
    expect(await epochsOf(scripted('harmony', values), { mode: 'min' })).toEqual([2, 1]);
    await expect(epochsOf(scripted('harmony', values), { monitor: 'validLos' })).rejects.toThrow(
      "EarlyStoppingCallback monitors 'valid_los'; this fit has train_loss, valid_loss, harmony",
    );
    await withLearner({}, async (learn) => {
      expect(() => new EarlyStoppingCallback(learn, { mode: 'least' as 'min' })).toThrow(
        "mode must be auto, min or max, got 'least'",
      );
      expect(() => new EarlyStoppingCallback(learn, { factor: 1 } as object)).toThrow(
        "no option 'factor'",
      );
    });
  });

  it('let pass as many epochs as their patience, and changes up to minDelta', async () => {
    const of = (values: number[], options: object) =>
      epochsOf(
        scripted('my_loss', [...values, ...[0, 0, 0].map(() => values.at(-1) as number)]),
        options,
      );
    expect(await of([3, 3, 3, 2, 2, 2], { patience: 2 })).toEqual([6, 2]);
    expect(await of([3, 3, 3, 2, 2, 2], { patience: 1 })).toEqual([3, 3]);
    expect(await of([3, 2.9, 2.8, 2.7, 2.6, 2.5], { minDelta: 0.15 })).toEqual([2, 3]);
    expect(await of([3, 2.9, 2.8, 2.7, 2.6, 2.5], { minDelta: 0.15, patience: 1 })).toEqual([
      6, 2.6,
    ]);
    expect(await of([1, Number.NaN, 0, 0, 0, 0], {})).toEqual([2, 1]);
  });

  it('watch the losses too, and wait where there is no validation', () =>
    withLearner({}, async (learn) => {
      const monitors = ['validLoss', 'valid_loss', 'trainLoss'].map(
        (monitor) => new EarlyStoppingCallback(learn, { monitor, patience: 9 }),
      );
      await learn.fit(2, 0.01, { callbacks: monitors });
      const { valLosses, losses } = learn.recorder;
      expect(monitors.map(({ best }) => best)).toEqual([
        Math.min(...(valLosses as number[])),
        Math.min(...(valLosses as number[])),
        Math.min(losses[3] as number, losses[7] as number),
      ]);
      const waiting = new EarlyStoppingCallback(learn);
      const skip = { onTrainBegin: () => ({ skipValidate: true }) };
      await learn.fit(3, 0.01, { callbacks: [waiting, skip] });
      expect(waiting.best).toBe(Number.POSITIVE_INFINITY);
      expect(learn.recorder.nbBatches).toHaveLength(3);
    }));

  it('EarlyStoppingCallback says so', () =>
    withLearner({ metrics: [scripted('my_loss', [1, 2])] }, async (learn) => {
      const callbacks = [new EarlyStoppingCallback(learn, { monitor: 'my_loss' })];
      expect(await saidBy(learn, () => learn.fit(2, 0.01, { callbacks }))).toEqual([
        'Epoch 1: early stopping',
      ]);
    }));

  it('ReduceLROnPlateauCallback reduces the rates of all groups down to minLr', () =>
    withLearner({ metrics: [scripted('my_loss', [1, 2, 3, 3, 3, 3])] }, async (learn) => {
      learn.split([
        learn.model.children().next().value,
        [...learn.model.children()][1],
      ] as nn.AnyModule[]);
      const callback = new ReduceLROnPlateauCallback(learn, {
        monitor: 'my_loss',
        factor: 0.5,
        minLr: 0.02,
      });
      const lrs: number[][] = [];
      const watch = { order: 1, onEpochEnd: () => void lrs.push([...learn.opt.lrs]) };
      const lines = await saidBy(learn, () =>
        learn.fit(6, { start: 0.01, stop: 0.04 }, { callbacks: [callback, watch] }),
      );
      expect(lines).toEqual(['Epoch 1: reducing lr to 0.02']);
      const reduced = [0.005, 0.02];
      expect(lrs).toEqual([[0.01, 0.04], reduced, reduced, reduced, reduced, reduced]);
    }));
});

describe('callbacks', () => {
  expectNoLeaks();

  it('TerminateOnNaNCallback ends epoch and fit', () =>
    withLearner({}, async (learn) => {
      const breaking: Callback = {
        onLossBegin: ({ lastOutput, iteration }) =>
          iteration === 2 ? { lastOutput: (lastOutput as Tensor).mul(Number.NaN) } : {},
      };
      const lines = await saidBy(learn, () =>
        learn.fit(3, 0.01, { callbacks: [breaking, new TerminateOnNaNCallback(learn)] }),
      );
      expect(lines).toEqual(['Epoch/Batch (0/2): Invalid loss, terminating training.']);
      expect(learn.recorder.losses).toHaveLength(3);
      expect(learn.recorder.valLosses).toEqual([null]);
    }));

  it('StopAfterNBatches ends the fit', () =>
    withLearner({}, async (learn) => {
      await learn.fit(3, 0.01, { callbacks: [new StopAfterNBatches(6)] });
      expect(learn.recorder.losses).toHaveLength(6);
      expect(learn.recorder.valLosses).toEqual([expect.any(Number), null]);
      expect(() => new StopAfterNBatches(1.5)).toThrow('must be a whole number');
    }));

  it('GradientClipping and clipGrad bound the norm of each step', () =>
    withLearner({ wd: 0, optFunc: (params) => new optim.SGD(params, { lr: 1 }) }, async (learn) => {
      const norms: number[] = [];
      const watch: Callback = {
        order: 1001,
        onBackwardEnd: () => {
          const grads = [...learn.model.parameters()].map(({ grad }) => grad as Tensor);
          norms.push(Number(nn.utils.getTotalNorm(grads).item()));
        },
      };
      await learn.fit(1, 1e-3, { callbacks: [watch, new GradientClipping(learn, 0)] });
      expect(Math.max(...norms)).toBeGreaterThan(0.011);
      norms.length = 0;
      await learn.fit(1, 1e-3, { callbacks: [watch, new GradientClipping(learn, 0.01)] });
      for (const norm of norms) expect(norm).toBeLessThan(0.01001);
      norms.length = 0;
      expect(learn.clipGrad(0.001)).toBe(learn);
      await learn.fit(1, 1e-3, { callbacks: [watch] });
      for (const norm of norms) expect(norm).toBeLessThan(0.0010001);
      expect(() => new GradientClipping(learn, -1)).toThrow('clip must be at least 0, got -1');
    }));

  it.each([
    ['mean', 8, 2],
    ['sum', 8, 2],
    // Batches of 3, 3 and 1.
    ['mean', 7, 3],
    ['sum', 7, 3],
  ] as const)(
    'AccumulateScheduler steps as one batch does: %s over %i rows by %i',
    (reduction, rows, batchSize) =>
      withLearner(
        {
          rows,
          batchSize,
          wd: 0,
          lossFunc: new nn.MSELoss({ reduction }),
          optFunc: (params) => new optim.SGD(params, { lr: 1 }),
        },
        async (learn) => {
          const parameters = [...learn.model.parameters()];
          const expected = tidy(() => {
            const [xs, ys] = batchesOf(learn);
            const loss = nn.functional.mseLoss(learn.model.call(xs) as Tensor, ys);
            loss.backward();
            const stepped = parameters.map((p) => p.detach().sub((p.grad as Tensor).mul(0.1)));
            for (const parameter of parameters) parameter.grad = null;
            return stepped;
          });
          let steps = 0;
          const count = {
            onStepEnd: ({ skipZero }: { skipZero: boolean }) => void (skipZero || steps++),
          };
          const callback = new AccumulateScheduler(learn, { nStep: 4 });
          await learn.fit(1, 0.1, { callbacks: [callback, count] });
          expect(steps).toBe(1);
          tidy(() => {
            for (const [i, parameter] of parameters.entries()) {
              expect(parameter.detach().allclose(expected[i] as Tensor, { atol: 1e-6 })).toBe(true);
            }
          });
          for (const tensor of expected) tensor.dispose();
        },
      ),
  );

  it('AccumulateScheduler steps or drops what is left of an epoch', () =>
    withLearner({ rows: 10 }, async (learn) => {
      const steps = async (options: object) => {
        let count = 0;
        const watch = {
          onStepEnd: ({ skipZero }: { skipZero: boolean }) => void (skipZero || count++),
        };
        await learn.fit(2, 0.01, { callbacks: [new AccumulateScheduler(learn, options), watch] });
        expect([...learn.model.parameters()].every(({ grad }) => grad === null)).toBe(true);
        return count;
      };
      expect(await steps({})).toBe(10);
      expect(await steps({ nStep: 3 })).toBe(4);
      expect(await steps({ nStep: 3, dropLast: true })).toBe(2);
      expect(() => new AccumulateScheduler(learn, { nStep: 0 })).toThrow('nStep must be');
    }));

  it('BnFreeze keeps the statistics of frozen batch norms', () =>
    withLearner({ norm: true }, async (learn) => {
      const norm = [...learn.model.modules()].find(
        (m) => m instanceof nn.BatchNorm1d,
      ) as nn.BatchNorm1d;
      const callbacks = [new BnFreeze(learn)];
      const statistics = () => (norm.runningMean as Tensor).toArray();
      const before = statistics();
      await learn.fit(1, 0.01, { callbacks });
      const trained = statistics();
      expect(trained).not.toEqual(before);
      norm.requiresGrad_(false);
      // Someone predicts between two batches, and sets the mode back.
      const other: Callback = {
        order: -1,
        onBatchBegin: ({ train }) => void (train && learn.model.eval().train()),
      };
      await learn.fit(1, 0.01, { callbacks: [...callbacks, other] });
      expect(statistics()).toEqual(trained);
    }));

  it('SaveModelCallback saves the best epoch, and loads it in the end', () => {
    const values = scripted('my_loss', [3, 1, 2, Number.NaN, 0.5, 0.1]);
    const path = join(folder, 'save');
    return withLearner({ path, metrics: [values] }, async (learn) => {
      const weights: unknown[] = [];
      const [weight] = [...learn.model.parameters()] as [Tensor];
      const watch = { order: 9, onEpochEnd: () => void weights.push(weight.toArray()) };
      const best = new SaveModelCallback(learn, { monitor: 'myLoss' });
      const lines = await saidBy(learn, () => learn.fit(4, 0.1, { callbacks: [best, watch] }));
      expect(lines).toEqual([
        'Better model found at epoch 0 with my_loss value: 3.',
        'Better model found at epoch 1 with my_loss value: 1.',
      ]);
      expect(weight.toArray()).toEqual(weights[1]);
      expect(weights[3]).not.toEqual(weights[1]);
      // Whatever ends the fit; and a fit that saved nothing does not load what another did.
      const failing = {
        onEpochBegin: ({ epoch }: { epoch: number }) => {
          if (epoch === 1) throw new Error('enough');
        },
      };
      weights.length = 0;
      const fit = () => learn.fit(2, 0.1, { callbacks: [best, failing, watch] });
      await expect(fit()).rejects.toThrow('enough');
      expect(weight.toArray()).toEqual(weights[0]);
      const skip = { onTrainBegin: () => ({ skipValidate: true }) };
      weights.length = 0;
      await learn.fit(1, 0.1, { callbacks: [best, skip, watch] });
      expect(weight.toArray()).toEqual(weights[0]);
    });
  });

  it('SaveModelCallback saves each epoch, and goes on from there', () =>
    withLearner({ path: join(folder, 'every') }, async (learn) => {
      const options = { every: 'epoch', name: 'run' } as const;
      const weights: unknown[] = [];
      const [weight] = [...learn.model.parameters()] as [Tensor];
      const watch = {
        onEpochBegin: () => void weights.push(weight.toArray()),
        onTrainEnd: () => void weights.push(weight.toArray()),
      };
      const callbacks = () => [new SaveModelCallback(learn, options), watch];
      await learn.fit(3, 0.1, { callbacks: callbacks() });
      const [, , afterTwo, afterThree] = weights;
      expect(weight.toArray()).toEqual(afterThree);
      const resume = { order: -20, onTrainBegin: () => ({ epoch: 2 }) };
      weights.length = 0;
      const lines = await saidBy(learn, () =>
        learn.fit(3, 0.1, { callbacks: [...callbacks(), resume] }),
      );
      expect(lines).toEqual(['Loaded run_1']);
      expect(weights).toEqual([afterTwo, afterThree]);
      resume.onTrainBegin = () => ({ epoch: 9 });
      await expect(learn.fit(10, 0.1, { callbacks: [...callbacks(), resume] })).rejects.toThrow(
        'run_8',
      );
      expect(() => new SaveModelCallback(learn, { every: 'batch' as 'epoch' })).toThrow(
        "every must be improvement or epoch, got 'batch'",
      );
    }));

  it('CSVLogger writes the table, as it grows', () =>
    withLearner({ path: join(folder, 'csv') }, async (learn) => {
      learn.metrics = [scripted('harmony', [0.25, Number.NaN, 3, 4])];
      const logger = new CSVLogger(learn);
      const grown: number[] = [];
      const watch = {
        order: 1,
        onEpochEnd: () => void grown.push(readFileSync(logger.path, 'utf8').split('\n').length),
      };
      await learn.fit(2, 0.01, { callbacks: [logger, watch] });
      expect(grown).toEqual([3, 4]);
      const { losses, valLosses } = learn.recorder;
      const number = (value: number | null | undefined) => (value as number).toFixed(6);
      const first = `0,${number(losses[3])},${number(valLosses[0])},0.250000,00:00\n`;
      const header = 'epoch,train_loss,valid_loss,harmony,time\n';
      expect(readFileSync(logger.path, 'utf8')).toBe(
        `${header}${first}1,${number(losses[7])},${number(valLosses[1])},nan,00:00\n`,
      );
      expect(await logger.readLoggedFile()).toMatchObject([
        { epoch: '0', harmony: '0.250000' },
        { epoch: '1', harmony: 'nan', time: '00:00' },
      ]);

      const skip = { onTrainBegin: () => ({ skipValidate: true }) };
      const more = new CSVLogger(learn, { append: true });
      writeFileSync(more.path, `${header}${first}1,0.5`);
      await learn.fit(1, 0.01, { callbacks: [more, skip] });
      const lines = readFileSync(more.path, 'utf8').split('\n');
      expect(lines.slice(0, 3).join('\n')).toBe(`${header}${first}1,0.5`);
      expect(lines[3]).toMatch(/^0,\d+\.\d{6},#na#,#na#,00:00$/);
      learn.addTime = false;
      const other = new CSVLogger(learn, { filename: 'sub/other', append: true });
      await learn.fit(1, 0.01, { callbacks: [other] });
      expect(readFileSync(join(folder, 'csv', 'sub', 'other.csv'), 'utf8')).toMatch(
        /^epoch,train_loss,valid_loss,harmony\n0,[^,]+,[^,]+,3\.000000\n$/,
      );
    }));

  it('TrackEpochCallback goes on with the epoch after the last finished one', () =>
    withLearner({ path: join(folder, 'track') }, async (learn) => {
      const tracker = new TrackEpochCallback(learn);
      const failing = {
        onEpochEnd: ({ epoch }: { epoch: number }) => {
          if (epoch === 2) throw new Error('power cut');
        },
        order: -30,
      };
      const jumps: number[] = [];
      const jump = { jumpToEpoch: (epoch: number) => void jumps.push(epoch) };
      const fit = (...more: Callback[]) =>
        learn.fit(4, 0.01, { callbacks: [tracker, jump, ...more] });
      await expect(fit(failing)).rejects.toThrow('power cut');
      expect(readFileSync(tracker.path, 'utf8')).toBe('1');
      await fit();
      expect(learn.recorder.nbBatches).toHaveLength(2);
      expect(jumps).toEqual([2]);
      tracker.restart();
      await fit();
      expect(learn.recorder.nbBatches).toHaveLength(4);
      writeFileSync(tracker.path, 'x');
      await expect(fit()).rejects.toThrow("must hold the number of an epoch, got 'x'");
    }));
});

/** All inputs and all targets of the training data. */
function batchesOf(learn: Learner): [x: Tensor, y: Tensor] {
  const iterator = learn.data.trainDl.batches();
  const inputs: Tensor[] = [];
  const targets: Tensor[] = [];
  while (iterator.ready()) {
    const [x, y] = iterator.take();
    inputs.push(x as Tensor);
    targets.push(y as Tensor);
  }
  return [torch.cat(inputs), torch.cat(targets)];
}
