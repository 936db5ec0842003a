import {
  DataLoader,
  data,
  manualSeed,
  memory,
  type Tensor,
  TensorDataset,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle, type Oracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

/** The same loader on both sides: what an epoch, then another, gives. */
function compareEpochs(oracle: Oracle, ours: () => DataLoader<readonly Tensor[]>, python: string) {
  return oracle.compare(
    () => {
      const loader = ours();
      return [[...loader], [...loader], torch.rand(3)];
    },
    `
from torch.utils.data import *
x = torch.arange(23.).reshape(23, 1)
y = torch.arange(23)
loader = ${python}
result = [[list(b) for b in loader], [list(b) for b in loader], torch.rand(3)]
`,
    {},
  );
}

describeWithOracle('DataLoader gives the batches of Python', (oracle) => {
  const rows = () => new TensorDataset(torch.arange(23).float().reshape([23, 1]), torch.arange(23));
  const python = 'DataLoader(TensorDataset(x, y), ';

  it('in order', () =>
    compareEpochs(
      oracle,
      () => new DataLoader(rows(), { batchSize: 5 }),
      `${python}batch_size=5)`,
    ));

  it('shuffled', () =>
    compareEpochs(
      oracle,
      () => new DataLoader(rows(), { batchSize: 5, shuffle: true }),
      `${python}batch_size=5, shuffle=True)`,
    ));

  it('shuffled by a generator, without the rest', () =>
    compareEpochs(
      oracle,
      () =>
        new DataLoader(rows(), {
          batchSize: 5,
          shuffle: true,
          dropLast: true,
          generator: new torch.Generator().manualSeed(7),
        }),
      `${python}batch_size=5, shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(7))`,
    ));

  it('item by item', () =>
    compareEpochs(
      oracle,
      () => new DataLoader(rows(), { batchSize: null }),
      `${python}batch_size=None)`,
    ));
});

describe('DataLoader', () => {
  it('gives the same batches by index operations and by collating', () =>
    tidy(() => {
      const rows = new TensorDataset(torch.randn(10, 3), torch.arange(10));
      const items = { length: 10, get: (i: number) => rows.get(i) };
      manualSeed(1);
      const fast = [...new DataLoader(rows, { batchSize: 4, shuffle: true })];
      manualSeed(1);
      const slow = [...new DataLoader(items, { batchSize: 4, shuffle: true })];
      expect(fast.map(([x]) => x.toArray())).toEqual(slow.map(([x]) => x.toArray()));
      expect(fast.map(([, y]) => y.dtype)).toEqual(slow.map(([, y]) => y.dtype));
    }));

  it('frees what an early break leaves', () => {
    using x = torch.randn(10, 3);
    const loader = new data.DataLoader(new TensorDataset(x), { shuffle: true });
    for (const [row] of loader) {
      row.dispose();
      break;
    }
  });

  it('seeds every batch, whoever draws before', () =>
    tidy(() => {
      const noise = { length: 4, get: () => torch.rand(2) };
      const epoch = (between: () => void) => {
        manualSeed(3);
        const batches: unknown[] = [];
        for (const batch of new DataLoader(noise, { batchSize: 2 })) {
          between();
          batches.push(batch.toArray());
        }
        return batches;
      };
      const first = epoch(() => {});
      expect(epoch(() => torch.rand(100))).toEqual(first);
      expect(first[0]).not.toEqual(first[1]);
    }));

  it('reads a stream', () =>
    tidy(() => {
      const stream = {
        *[Symbol.iterator]() {
          for (let i = 0n; i < 5n; i++) yield i;
        },
      };
      const values = (options: data.DataLoaderOptions<bigint, Tensor>) =>
        [...new DataLoader(stream, options)].map((batch) => batch.toArray());
      expect(values({ batchSize: 2 })).toEqual([[0, 1], [2, 3], [4]]);
      expect(values({ batchSize: 2, dropLast: true })).toEqual([
        [0, 1],
        [2, 3],
      ]);
      expect([...new DataLoader<bigint, bigint>(stream, { batchSize: null })]).toEqual([
        0n,
        1n,
        2n,
        3n,
        4n,
      ]);
      expect(() => new DataLoader(stream).length).toThrow(TypeError);
    }));

  it('ends a stream that is left early, and frees what was read', () => {
    let open = 0;
    const stream = {
      length: 5,
      *[Symbol.iterator]() {
        open++;
        try {
          const all = torch.randn(5, 3);
          yield* all;
          all.dispose();
        } finally {
          open--;
        }
      },
    };
    const loader = new DataLoader(stream, { batchSize: 2 });
    expect(loader.length).toBe(3);
    const before = memory.liveTensors();
    const batches = loader.batches();
    expect(batches.ready()).toBe(true);
    expect(tidy(() => batches.take().shape)).toEqual([2, 3]);
    expect([batches.ready(), batches.ready(), open]).toEqual([true, true, 1]);
    batches.close();
    batches.close();
    expect(batches.ready()).toBe(false);
    expect(open).toBe(0);
    for (let i = 0; i < 3; i++) globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  it.each<readonly [object, string]>([
    [{ batchSize: 0 }, 'batchSize must be a whole number'],
    [{ shuffle: true, sampler: [1] }, 'sampler excludes shuffle'],
    [{ batchSampler: [[1]], batchSize: 2, dropLast: true }, 'excludes batchSize, dropLast'],
    [{ batchSize: null, dropLast: true }, 'batchSize: null excludes dropLast'],
    [{ batch_size: 2 }, "no option 'batch_size'"],
  ])('refuses %j', (options, message) => {
    expect(() => new DataLoader({ length: 3, get: (i: number) => i }, options)).toThrow(message);
  });

  it('refuses an order for a stream, and what is no dataset', () => {
    expect(() => new DataLoader(new Set([1]), { shuffle: true })).toThrow('excludes shuffle');
    expect(() => new DataLoader({} as Set<number>)).toThrow('a dataset has get() and length');
  });

  it('takes the indices of batches from a batchSampler', () =>
    tidy(() => {
      const rows = new TensorDataset(torch.arange(6));
      const loader = new DataLoader(rows, { batchSampler: [[5, 0], [1]] });
      expect([...loader].map(([x]) => x.toArray())).toEqual([[5, 0], [1]]);
      expect(loader.length).toBe(2);
    }));

  it('keeps memory flat over many epochs', () => {
    using x = torch.randn(64, 8);
    const items = { length: 64, get: (index: number) => [x.select(0, index), BigInt(index)] };
    const loader = new DataLoader(items, { batchSize: 16, shuffle: true });
    const before = memory.liveTensors();
    for (let epoch = 0; epoch < 50; epoch++) {
      const batches = loader.batches();
      while (batches.ready()) tidy(() => void batches.take());
      expect(memory.liveTensors()).toBe(before);
    }
  });
});
