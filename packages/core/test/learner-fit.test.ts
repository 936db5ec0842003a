import {
  type Callback,
  DataBunch,
  type FitState,
  Learner,
  type LearnerOptions,
  nn,
  Tensor,
  torch,
  type Update,
} from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

const events = [
  'onTrainBegin',
  'onEpochBegin',
  'onBatchBegin',
  'onLossBegin',
  'onBackwardBegin',
  'onBackwardEnd',
  'onStepEnd',
  'onBatchEnd',
  'onEpochEnd',
  'onTrainEnd',
] as const;

type Event = (typeof events)[number];

/** A callback that hears every event. */
function listener(hear: (event: Event, state: FitState, error?: unknown) => Update): Callback {
  return Object.fromEntries(
    events.map((event) => [event, (state: FitState, error?: unknown) => hear(event, state, error)]),
  );
}

describe('fit', () => {
  expectNoLeaks();

  let x: Tensor;
  let y: Tensor;
  let model: nn.Linear;
  beforeAll(() => {
    [x, y] = randomPairs(6);
    model = new nn.Linear(2, 1);
  });
  afterAll(() => {
    for (const made of [x, y, model]) made.dispose();
  });

  /** Of two training and three validation batches an epoch. */
  function newLearner(options: LearnerOptions = {}): Learner<nn.Linear> {
    return new Learner(new DataBunch(inOrder(x, y, 2, 4), inOrder(x, y, 2)), model, {
      lossFunc: new nn.MSELoss(),
      silent: true,
      ...options,
    });
  }

  it('tells of the events in the order of J56', async () => {
    const trace: string[] = [];
    const note = listener((event, { train, epoch, numBatch, iteration }) => {
      trace.push(`${event} ${train} ${epoch} ${numBatch} ${iteration}`);
    });
    const source = inOrder(x, y, 2, 4);
    using learn = new Learner(new DataBunch(source, source), model, {
      lossFunc: new nn.MSELoss(),
      silent: true,
      callbacks: [note],
    });
    await learn.fit(1);
    const training = (batch: number) =>
      events.slice(2, 8).map((event) => `${event} true 0 ${batch} ${batch}`);
    const validation = ['onBatchBegin', 'onLossBegin', 'onBatchEnd'].map(
      (event) => `${event} false 0 2 2`,
    );
    expect(trace).toEqual([
      'onTrainBegin false 0 0 0',
      'onEpochBegin false 0 0 0',
      ...training(0),
      ...training(1),
      ...validation,
      ...validation,
      'onEpochEnd false 0 2 2',
      'onTrainEnd false 1 2 2',
    ]);
  });

  it('calls callbacks by their order, equal ones as they were given', async () => {
    const called: string[] = [];
    const named = (name: string, order?: number): Callback => ({
      order,
      onTrainBegin: () => void called.push(name),
    });
    using learn = newLearner({
      callbacks: [named('mine'), named('mixed precision', 999), named('tracker', -20)],
      callbackFns: [() => named('made'), () => named('made early', -1)],
    });
    await learn.fit(1, 1e-3, { callbacks: [named('of this fit')] });
    expect(called).toEqual([
      'tracker',
      'made early',
      'mine',
      'made',
      'of this fit',
      'mixed precision',
    ]);
  });

  it('waits for promises between batches, and refuses them within', async () => {
    const order: string[] = [];
    using learn = newLearner();
    const slow: Callback = {
      onEpochBegin: async () => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        order.push('slow');
      },
    };
    const next: Callback = { onEpochBegin: () => void order.push('next') };
    await learn.fit(1, 1e-3, { callbacks: [slow, next] });
    expect(order).toEqual(['slow', 'next']);
    const late = { onBatchBegin: async () => {} } as unknown as Callback;
    await expect(learn.fit(1, 1e-3, { callbacks: [late] })).rejects.toThrow(
      'onBatchBegin must be synchronous',
    );
  });

  it('takes updates of the state, and refuses unknown names', async () => {
    using learn = newLearner();
    const fitWith = (callback: Callback) => learn.fit(1, 1e-3, { callbacks: [callback] });
    for (const event of ['onTrainBegin', 'onBackwardEnd', 'onEpochEnd'] as const) {
      await expect(fitWith({ [event]: () => ({ stopEverything: true }) })).rejects.toThrow(
        `${event} returned 'stopEverything', which is not part of the fit's state`,
      );
      await expect(fitWith({ [event]: () => ({ update: true }) })).rejects.toThrow("'update'");
      await expect(fitWith({ [event]: () => 1 as unknown as Update })).rejects.toThrow(
        `${event} must return an object of updates, got 1`,
      );
    }
    const seen: boolean[] = [];
    await learn.fit(1, 1e-3, {
      callbacks: [
        { onBatchBegin: () => ({ stopTraining: true, skipZero: undefined }) },
        { onBatchBegin: ({ stopTraining }) => void seen.push(stopTraining) },
      ],
    });
    expect(seen).toEqual([true, true, true, true, true]);
  });

  it('has the tensors of a batch within the batch only', async () => {
    using learn = newLearner();
    let found = 0;
    const check = listener((event, state) => {
      const within = events.indexOf(event) >= 2 && events.indexOf(event) <= 7;
      if (!within) {
        for (const name of ['lastInput', 'lastTarget', 'lastOutput', 'lastLoss'] as const) {
          expect(() => state[name]).toThrow(`there is no ${name} at this time of the fit`);
        }
        return;
      }
      const { lastInput, lastTarget } = state;
      for (const tensor of [lastInput, lastTarget]) expect(tensor).toBeInstanceOf(Tensor);
      if (event === 'onBatchBegin') expect(() => state.lastOutput).toThrow('no lastOutput');
      else expect((state.lastOutput as Tensor).shape).toEqual([2, 1]);
      if (event === 'onBatchEnd') expect(state.lastLoss.requiresGrad).toBe(false);
      found++;
    });
    await learn.fit(1, 1e-3, { callbacks: [check] });
    expect(found).toBe(2 * 6 + 3 * 3);
  });

  it('trains on what callbacks put in the place of input, target, output and loss', async () => {
    using learn = newLearner();
    const seen: number[] = [];
    const change: Callback = {
      onBatchBegin: ({ lastInput, lastTarget }) => ({
        lastInput: torch.zerosLike(lastInput as Tensor),
        lastTarget: torch.zerosLike(lastTarget as Tensor),
      }),
      onLossBegin: ({ lastOutput }) => ({ lastOutput: (lastOutput as Tensor).mul(0).add(3) }),
      onBackwardBegin: ({ lastLoss, train }) => {
        expect(train).toBe(true);
        seen.push(Number(lastLoss.item()));
        return { lastLoss: lastLoss.mul(2) };
      },
      onBatchEnd: ({ lastLoss, train }) => {
        if (train) seen.push(Number(lastLoss.item()));
      },
    };
    await learn.fit(1, 1e-3, { callbacks: [change] });
    expect(seen).toEqual([9, 18, 9, 18]);
    expect(learn.recorder.valLosses).toEqual([9]);
    expect(learn.recorder.losses.map((loss) => loss.toFixed(4))).toEqual(['9.0000', '9.0000']);
  });

  it('leaves out backward, step and clearing where told', async () => {
    using learn = newLearner();
    const weights = () => [...model.parameters()].map(String);
    const fitWith = async (flag: keyof FitState, event: Event) => {
      const gradients: boolean[] = [];
      await learn.fit(1, 1e-2, {
        callbacks: [
          {
            [event]: () => ({ [flag]: true }),
            onBatchEnd: ({ train }) => {
              if (train) gradients.push(model.weight.grad !== null);
            },
          },
        ],
      });
      model.zeroGrad();
      return gradients;
    };
    const before = weights();
    expect(await fitWith('skipBwd', 'onBackwardBegin')).toEqual([false, false]);
    expect(weights()).toEqual(before);
    expect(await fitWith('skipStep', 'onBackwardEnd')).toEqual([false, false]);
    expect(weights()).toEqual(before);
    expect(await fitWith('skipZero', 'onStepEnd')).toEqual([true, true]);
    expect(weights()).not.toEqual(before);
  });

  it('ends epochs and fits where told', async () => {
    using learn = newLearner();
    const { recorder } = learn;
    const ends = (event: Event, update: (state: FitState) => Update) =>
      learn.fit(3, 1e-3, { callbacks: [{ [event]: update }] });
    await ends('onBatchEnd', ({ train }) => ({ stopEpoch: train }));
    expect(learn.recorder.nbBatches).toEqual([1, 1, 1]);
    expect(learn.recorder === recorder).toBe(false);
    await ends('onEpochEnd', ({ epoch }) => ({ stopTraining: epoch === 1 }));
    expect(learn.recorder.nbBatches).toEqual([2, 2]);
    await ends('onTrainBegin', () => ({ skipValidate: true }));
    expect(learn.recorder.valLosses).toEqual([null, null, null]);
    expect(learn.recorder.losses).toHaveLength(6);
  });

  it('measures the validation as the means over its samples', async () => {
    const firsts = (pred: Tensor) => pred.size(0);
    using learn = new Learner(new DataBunch(inOrder(x, y, 2), inOrder(x, y, 4)), model, {
      lossFunc: (_output: Tensor, target: Tensor) => target.mul(0).add(target.size(0)).mean(),
      metrics: [firsts],
      silent: true,
      wd: 0,
    });
    const state: Callback = {
      onBackwardBegin: () => ({ skipBwd: true, skipStep: true }),
      onEpochEnd: ({ lastMetrics, metrics }) => {
        expect(lastMetrics).toEqual([(4 * 4 + 2 * 2) / 6, (4 * 4 + 2 * 2) / 6]);
        expect(metrics.map(({ name }) => name)).toEqual(['firsts']);
      },
    };
    await learn.fit(1, 1e-3, { callbacks: [state] });
    expect(learn.recorder.metrics).toEqual([[20 / 6]]);
    expect(await learn.validate({ metrics: [], dl: inOrder(x, y, 6) })).toEqual([6]);
  });

  it('tells every callback how the fit ended', async () => {
    using learn = newLearner();
    const ends: unknown[] = [];
    const told = (name: string): Callback => ({
      onTrainEnd: (_state, error) => {
        ends.push(name, error);
        if (name === 'failing') throw new Error('at the end');
      },
    });
    await learn.fit(1, 1e-3, { callbacks: [told('a'), told('b')] });
    expect(ends.splice(0)).toEqual(['a', undefined, 'b', undefined]);

    const failure = new Error('in the middle');
    for (const event of ['onTrainBegin', 'onLossBegin', 'onBackwardEnd', 'onEpochEnd'] as const) {
      const thrower: Callback = {
        [event]: () => {
          throw failure;
        },
      };
      const callbacks = [thrower, told('failing'), told('b')];
      await expect(learn.fit(1, 1e-3, { callbacks })).rejects.toBe(failure);
      expect(ends.splice(0)).toEqual(['failing', failure, 'b', failure]);
      expect([...model.parameters()].map(({ grad }) => grad)).toEqual([null, null]);
    }
    await expect(learn.fit(1, 1e-3, { callbacks: [told('failing')] })).rejects.toThrow(
      'at the end',
    );
    await learn.fit(1);
  });

  it('goes on where someone changed the mode between batches', async () => {
    using learn = newLearner();
    const modes: boolean[] = [];
    const meddle: Callback = {
      onLossBegin: () => void modes.push(model.training),
      onBatchEnd: () => {
        model.train(!model.training);
      },
    };
    await learn.fit(1, 1e-3, { callbacks: [meddle] });
    expect(modes).toEqual([true, true, false, false, false]);
  });

  it('refuses what it cannot do, and says why', async () => {
    using learn = newLearner();
    const nested: Callback = { onEpochBegin: () => learn.fit(1).then(() => undefined) };
    await expect(learn.fit(1, 1e-3, { callbacks: [nested] })).rejects.toThrow(
      'this learner is being fitted already',
    );
    await expect(learn.fit(-1)).rejects.toThrow('epochs must be a whole number of at least 0');
    await expect(learn.fit(1, 1e-3, { epochs: 2 } as object)).rejects.toThrow("no option 'epochs'");
    expect(() => newLearner({ lr: 1 } as object)).toThrow("Learner() has no option 'lr'");
    using lossless = newLearner({ lossFunc: undefined });
    await expect(lossless.fit(1)).rejects.toThrow('there is no loss');
    using empty = new Learner(new DataBunch(inOrder(x, y, 2, 0), null), model, {
      lossFunc: new nn.MSELoss(),
    });
    await expect(empty.fit(1)).rejects.toThrow('the training data has no batch');
    await expect(empty.validate()).rejects.toThrow('there is no validation data');
    await expect(learn.validate({ dl: inOrder(x, y, 2, 0) })).rejects.toThrow('no validation data');
    expect(() => newLearner({ metrics: [3 as never] })).not.toThrow();
    await expect(newLearner({ metrics: [3 as never] }).fit(1)).rejects.toThrow(
      'a metric is a function or a Metric, got 3',
    );
    await expect(newLearner({ metrics: [() => 0] }).fit(1)).rejects.toThrow('got one without');
  });

  it('trains nothing in no epochs', async () => {
    using learn = newLearner();
    await learn.fit(0);
    expect(learn.recorder.losses).toEqual([]);
  });
});
