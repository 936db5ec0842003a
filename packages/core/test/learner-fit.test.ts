import { type Callback, DataBunch, Learner, nn } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
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

function tracer(trace: string[]): Callback {
  return Object.fromEntries(
    events.map((event) => [
      event,
      (state: { train: boolean; epoch: number; numBatch: number; iteration: number }) => {
        trace.push(`${event} ${state.train} ${state.epoch} ${state.numBatch} ${state.iteration}`);
      },
    ]),
  );
}

describe('fit', () => {
  expectNoLeaks();

  it('tells of the events in v1 order', async () => {
    const [x, y] = randomPairs(4);
    using model = new nn.Linear(2, 1);
    const batches = inOrder(x, y, 2);
    const trace: string[] = [];
    using learn = new Learner(new DataBunch(batches, batches), model, {
      lossFunc: new nn.MSELoss(),
      silent: true,
      callbacks: [tracer(trace)],
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
    x.dispose();
    y.dispose();
  });
});
