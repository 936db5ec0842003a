import {
  type Callback,
  DataBunch,
  data,
  Learner,
  manualSeed,
  memory,
  nn,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

describe('a fit on batches that worker threads read', () => {
  expectNoLeaks();

  /** The weights and losses of a fit with so many threads. */
  async function fitWith(numWorkers: number, callback: Callback = {}): Promise<string[]> {
    manualSeed(7);
    const x = torch.randn([40, 3]);
    const y = torch.randn([40, 1]);
    const rows = new data.TensorDataset(x, y);
    using model = new nn.Linear(3, 1);
    using learn = new Learner(DataBunch.create(rows, null, { bs: 4, numWorkers }), model, {
      lossFunc: new nn.MSELoss(),
      silent: true,
      callbacks: [callback],
    });
    try {
      await learn.fit(1, 1e-2);
    } finally {
      for (const made of [x, y]) made.dispose();
    }
    return [...[...model.parameters()].map(String), String(learn.recorder.losses)];
  }

  it('trains as one without', async () => {
    expect(await fitWith(2)).toEqual(await fitWith(0));
  });

  it('leaves nothing when it ends early', async () => {
    const before = memory.processLiveTensors();
    await fitWith(1, { onBatchEnd: () => ({ stopEpoch: true }) });
    const thrower: Callback = {
      onBackwardEnd: ({ iteration }) => {
        if (iteration === 2) throw new Error('enough');
      },
    };
    await expect(fitWith(1, thrower)).rejects.toThrow('enough');
    expect(memory.processLiveTensors()).toBe(before);
  });
});
