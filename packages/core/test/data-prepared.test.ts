import { DataLoader, data, manualSeed, memory, type Tensor, tidy } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';
import { module } from './workerPasses.js';

expectNoLeaks();

interface PreparedDataset extends data.Dataset<unknown> {
  readonly asked: readonly number[];
}

const { Prepared } = (await import(module.href)) as {
  Prepared: new (length: number, failAt?: number) => PreparedDataset;
};

interface Item {
  readonly noise: Tensor;
  readonly square: Tensor;
}

/** The squares of each batch, and all its noise. */
async function read(dataset: data.Dataset<unknown>, options: object) {
  manualSeed(5);
  const loader = new DataLoader<unknown, Item>(dataset, options);
  const squares: unknown[] = [];
  const noise: unknown[] = [];
  for await (const batch of loader) {
    squares.push(batch.square.toArray());
    noise.push(batch.noise.toArray());
    batch.square.dispose();
    batch.noise.dispose();
  }
  return { squares, noise };
}

describe('a dataset that prepares its items', () => {
  it('gives batches in order, whichever is there first', async () => {
    const { squares } = await read(new Prepared(7), { batchSize: 3 });
    expect(squares).toEqual([[0, 1, 4], [9, 16, 25], [36]]);
  });

  it('gives the same random numbers with workers and without', async () => {
    const options = { batchSize: 2, shuffle: true };
    const here = await read(new Prepared(9), options);
    const there = await read(new Prepared(9), { ...options, numWorkers: 2 });
    expect(there).toEqual(here);
  });

  it('is asked for batches ahead, and no more once it is closed', async () => {
    const dataset = new Prepared(40);
    const batches = new DataLoader(dataset, { batchSize: 4, prefetchFactor: 3 }).batches();
    expect(await batches.ready()).toBe(true);
    expect(dataset.asked).toHaveLength(12);
    tidy(() => {
      batches.take();
    });
    expect(dataset.asked).toHaveLength(16);
    await batches.close();
    expect(await batches.ready()).toBe(false);
    expect(dataset.asked).toHaveLength(16);
  });

  it('can be part of other datasets', async () => {
    const parts = [new Prepared(4), new Prepared(3)];
    const subset = new data.Subset(new data.ConcatDataset(parts), [6, 0, 4]);
    expect((await read(subset, { batchSize: 3 })).squares).toEqual([[4, 0, 0]]);
    const stacked = new data.StackDataset({ a: new Prepared(2), b: new Prepared(2) });
    const loader = new DataLoader<unknown, { a: Item; b: Item }>(stacked, { batchSize: 2 });
    for await (const { a, b } of loader) {
      expect([a.square.toArray(), b.square.toArray()]).toEqual([
        [0, 1],
        [0, 1],
      ]);
      for (const tensor of [a.square, a.noise, b.square, b.noise]) tensor.dispose();
    }
  });

  it('fails with the error of the item, when its batch is due', async () => {
    const live = memory.liveTensors();
    const batches = new DataLoader(new Prepared(6, 3), { batchSize: 2 }).batches();
    expect(await batches.ready()).toBe(true);
    tidy(() => {
      batches.take();
    });
    await expect(batches.ready()).rejects.toThrow('cannot read item 3');
    expect(await batches.ready()).toBe(false);
    expect(memory.liveTensors()).toBe(live);
  });

  it('cannot be read without waiting', () => {
    expect(() => [...new DataLoader(new Prepared(3))]).toThrow(
      'a DataLoader of a dataset with prepare() is iterated with `for await`',
    );
  });
});
