import { type Callback, DataBunch, Learner, memory, nn, type Tensor } from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

describe('an aborted fit', () => {
  expectNoLeaks();

  let x: Tensor;
  let y: Tensor;
  beforeAll(() => {
    [x, y] = randomPairs(20);
  });
  afterAll(() => {
    for (const made of [x, y]) made.dispose();
  });

  const lossFunc = new nn.MSELoss();

  /** The weights after a fit, of a model that begins with fixed ones. */
  async function weightsAfter(fit: (learn: Learner) => Promise<unknown>): Promise<string[]> {
    using model = new nn.Linear(2, 1);
    model.apply((module) => {
      for (const parameter of module.parameters()) nn.init.constant_(parameter, 0.5);
    });
    const data = new DataBunch(inOrder(x, y, 2), inOrder(x, y, 5));
    using learn = new Learner(data, model, { lossFunc, silent: true });
    const before = memory.liveTensors();
    await fit(learn);
    expect([...model.parameters()].map(({ grad }) => grad)).toEqual([null, null]);
    const kept = 2 * 3;
    expect(memory.liveTensors() - before).toBe(kept);
    return [...model.parameters()].map(String);
  }

  /** Aborts after some training batches. */
  function abortAfter(batches: number): { callback: Callback; signal: AbortSignal } {
    const controller = new AbortController();
    const callback: Callback = {
      onBatchEnd: ({ iteration, train }) => {
        if (train && iteration === batches - 1) controller.abort();
      },
    };
    return { callback, signal: controller.signal };
  }

  it('rejects with an AbortError after the callbacks were told, and can be trained on', async () => {
    const whole = await weightsAfter((learn) => learn.fit(2, 1e-2));
    const inTwo = await weightsAfter(async (learn) => {
      const { callback, signal } = abortAfter(10);
      const ends: unknown[] = [];
      const told: Callback = { onTrainEnd: (_, error) => void ends.push(error) };
      const fit = learn.fit(2, 1e-2, { callbacks: [callback, told], signal });
      await expect(fit).rejects.toMatchObject({ name: 'AbortError' });
      expect(ends).toEqual([signal.reason]);
      expect(learn.recorder.losses).toHaveLength(10);
      await learn.fit(1, 1e-2);
    });
    expect(inTwo).toEqual(whole);
  });

  it('ends in the validation too, and before the first batch', async () => {
    await weightsAfter(async (learn) => {
      const controller = new AbortController();
      let validated = 0;
      const callback: Callback = {
        onBatchEnd: ({ train }) => {
          if (!train && ++validated === 2) controller.abort(new Error('enough'));
        },
      };
      const fit = learn.fit(2, 1e-2, { callbacks: [callback], signal: controller.signal });
      await expect(fit).rejects.toThrow('enough');
      expect(validated).toBe(2);
      const { signal } = controller;
      await expect(learn.fit(1, 1e-2, { signal })).rejects.toThrow('enough');
      await expect(learn.fitOneCycle(1, 1e-2, { signal })).rejects.toThrow('enough');
      await expect(learn.validate({ signal })).rejects.toThrow('enough');
    });
  });

  it('lets lrFind put back what it changed', async () => {
    const trained = await weightsAfter((learn) => learn.fit(1, 1e-2));
    const searched = await weightsAfter(async (learn) => {
      await learn.fit(1, 1e-2);
      const aborter = abortAfter(5);
      learn.callbacks.push(aborter.callback);
      const { signal } = aborter;
      await expect(learn.lrFind({ signal, stopDiv: false })).rejects.toMatchObject({
        name: 'AbortError',
      });
      expect(learn.recorder.losses).toHaveLength(5);
    });
    expect(searched).toEqual(trained);
  });

  it('does not wait for a batch that does not come', async () => {
    await weightsAfter(async (learn) => {
      await learn.fit(1, 1e-2);
      let isClosed = false;
      const never = {
        length: 1,
        batches: () => ({
          ready: () => new Promise<boolean>(() => {}),
          take: () => [x, y] as const,
          close: () => {
            isClosed = true;
          },
        }),
      };
      learn.data = new DataBunch(never, null);
      const signal = AbortSignal.timeout(20);
      await expect(learn.fit(1, 1e-2, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
      expect(isClosed).toBe(true);
    });
  });

  it('lets the event loop run meanwhile', async () => {
    await weightsAfter(async (learn) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 30);
      await expect(learn.fit(1_000_000, 1e-3, { signal: controller.signal })).rejects.toMatchObject(
        { name: 'AbortError' },
      );
    });
  });
});
