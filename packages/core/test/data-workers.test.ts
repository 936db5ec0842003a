import { setImmediate } from 'node:timers/promises';
import {
  DataLoader,
  data,
  inWorkers,
  manualSeed,
  type Tensor,
  TensorDataset,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNothingLeft, expectNothingLeftByTests, fixtures, readPass } from './workerPasses.js';

expectNothingLeftByTests();

describe('a DataLoader with workers', () => {
  it('gives the same batches whatever their number, random items included', async () => {
    const passes = [];
    for (const numWorkers of [0, 1, 2, 3]) {
      manualSeed(5);
      const loader = new DataLoader(new fixtures.Noise(17), {
        batchSize: 3,
        shuffle: true,
        numWorkers,
        persistentWorkers: numWorkers > 0,
      });
      const read = ({ noise, index }: { noise: Tensor; index: Tensor }) => [
        noise.toArray(),
        index.toArray(),
      ];
      const pass = [await readPass(loader, read), await readPass(loader, read)];
      passes.push([...pass, tidy(() => torch.rand(3).toArray())]);
      await loader.close();
    }
    const [first] = passes;
    expect(first?.[0]).not.toEqual(first?.[1]);
    for (const pass of passes) expect(pass).toEqual(first);
  });

  it('lets workers read in turn', async () => {
    const loader = new DataLoader(new fixtures.Noise(8), { batchSize: 2, numWorkers: 2 });
    expect(await readPass(loader, ({ worker }) => worker.toArray())).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
  });

  it('sends tensors without a copy, through datasets of datasets', async () => {
    using x = torch.arange(6);
    const rows = new TensorDataset(x);
    const all = new data.ConcatDataset([new data.Subset(rows, [4, 5]), rows]);
    const loader = new DataLoader(new data.StackDataset({ all }), { numWorkers: 1 });
    const read = await readPass(loader, ({ all: [row] }) => {
      row.fill_(7);
      return row.shape;
    });
    expect(read).toHaveLength(8);
    expect(x.toArray()).toEqual([0, 1, 2, 3, 4, 5]);
    const uncollated = new DataLoader<readonly Tensor[], readonly Tensor[]>(rows, {
      batchSize: null,
      numWorkers: 1,
    });
    await readPass(uncollated, ([row]) => row?.fill_(7));
    expect(x.toArray()).toEqual([7, 7, 7, 7, 7, 7]);
  });

  it('calls collate and workerInit in the worker', async () => {
    using x = torch.ones(4, 3);
    const items = new data.StackDataset([new TensorDataset(x)] as const);
    const told = new DataLoader(items, {
      numWorkers: 2,
      batchSize: 2,
      collate: fixtures.tale,
      workerInit: fixtures.tell,
    });
    expect(await readPass(told, (text) => text)).toEqual([
      'worker 0 of 2 with 4',
      'worker 1 of 2 with 4',
    ]);
  });

  it('keeps persistent workers from pass to pass until it is closed', async () => {
    manualSeed(2);
    const loader = new DataLoader(new fixtures.Noise(6), {
      batchSize: 2,
      numWorkers: 2,
      persistentWorkers: true,
      shuffle: true,
    });
    const passes = [];
    for (let pass = 0; pass < 3; pass++) {
      for await (const { noise, index, worker } of loader) {
        for (const tensor of [noise, index, worker]) tensor.dispose();
        break;
      }
      passes.push(await readPass(loader, ({ noise }) => noise.toArray()));
    }
    await loader.close();
    manualSeed(2);
    const local = new DataLoader(new fixtures.Noise(6), { batchSize: 2, shuffle: true });
    for (const pass of passes) {
      const left = local.batches();
      expect(left.ready()).toBe(true);
      left.close();
      tidy(() => expect([...local].map(({ noise }) => noise.toArray())).toEqual(pass));
    }
  });

  it('is closed early without a trace, also before a worker has started', async () => {
    const loader = new DataLoader(new fixtures.Noise(50), { numWorkers: 2, prefetchFactor: 4 });
    for await (const { noise, index, worker } of loader) {
      for (const tensor of [noise, index, worker]) tensor.dispose();
      break;
    }
    await expectNothingLeft();
    const batches = loader.batches();
    const waiting = batches.ready();
    await batches.close();
    await batches.close();
    expect([await waiting, batches.ready()]).toEqual([false, false]);
    expect(() => batches.take()).toThrow('ask ready() first');
  });

  it('closes a pass that was forgotten', async () => {
    const forget = async () => {
      const batches = new DataLoader(new fixtures.Noise(50), { numWorkers: 1 }).batches();
      await batches.ready();
    };
    await forget();
    await setImmediate();
  });

  it('refuses `for`, and what cannot be made in a worker', () => {
    const loader = new DataLoader(new fixtures.Noise(2), { numWorkers: 1 });
    expect(() => [...loader]).toThrow('`for await`');
    const own = { length: 2, get: (i: number) => i };
    expect(() => new DataLoader(own, { numWorkers: 1 })).toThrow(
      "the function 'get' cannot be sent to a worker thread",
    );
    class Own extends TensorDataset<readonly Tensor[]> {}
    using x = torch.ones(2);
    expect(() => new DataLoader(new data.Subset(new Own(x), [1]), { numWorkers: 1 })).toThrow(
      'the Own cannot be sent to a worker thread',
    );
    expect(() => inWorkers(own, { module: './own.js' })).toThrow("new URL('./own.js'");
    expect(() => new DataLoader(own, { prefetchFactor: 2 })).toThrow('numWorkers: 0 excludes');
  });
});

describeWithOracle('streams in workers', (oracle) => {
  it.each([1, 3])('give the batches of Python with %i', async (numWorkers) => {
    const loader = new DataLoader(new fixtures.Shares(13), { batchSize: 2, numWorkers });
    const batches = await readPass(loader, (batch) => batch.toArray());
    await oracle.compare(
      () => batches.flatMap((batch) => torch.tensor((batch as number[]).map(BigInt))),
      `
import math
from torch.utils.data import *
class Shares(IterableDataset):
    def __iter__(self):
        w = get_worker_info()
        share = math.ceil(13 / w.num_workers)
        return iter(range(w.id * share, min(13, (w.id + 1) * share)))
result = list(DataLoader(Shares(), batch_size=2, num_workers=workers, multiprocessing_context='fork'))
`,
      { workers: BigInt(numWorkers) },
    );
  });
});
