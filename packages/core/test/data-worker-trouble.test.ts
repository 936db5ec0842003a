import { spawnSync } from 'node:child_process';
import {
  DataLoader,
  data,
  inWorkers,
  type Tensor,
  TensorDataset,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNothingLeftByTests, fixtures, module, readPass } from './workerPasses.js';

expectNothingLeftByTests();

/** 20 items of which one is trouble; made in workers only. */
const troubled = (index: number, trouble: 'throw' | 'exit' | 'stay') =>
  inWorkers({ length: 20, get: (): Tensor => torch.ones(4) } as data.Dataset<Tensor>, {
    module,
    export: 'troubled',
    args: [20, index, trouble],
  });

describe('trouble in a worker', () => {
  it.each([0, 7])('throws its error with stack and worker, after %i batches', async (index) => {
    const read: number[] = [];
    const loader = new DataLoader(troubled(index, 'throw'), { numWorkers: 2 });
    const pass = readPass(loader, (batch) => read.push(batch.at(0, 0).item() as number));
    const error = await pass.then(
      () => undefined,
      (thrown: data.WorkerError) => thrown,
    );
    expect(error).toBeInstanceOf(data.WorkerError);
    expect(error?.worker).toBe(index % 2);
    expect(error?.message).toBe(
      `DataLoader worker ${index % 2}: RangeError: cannot read item ${index}`,
    );
    expect(error?.stack).toMatch(/at throwHere .*workerDatasets\.mjs/);
    expect(error?.cause).toMatchObject({ name: 'RangeError' });
    expect(read).toEqual(Array.from({ length: index }, (_, i) => i));
  });

  it('tells that a worker has ended', async () => {
    const loader = new DataLoader(troubled(3, 'exit'), { numWorkers: 2 });
    await expect(readPass(loader, () => 0)).rejects.toThrow(
      'DataLoader worker 1: the thread has ended, with code 3',
    );
  });

  it('tells that a worker could not start', async () => {
    const dataset = inWorkers(
      { length: 2, get: () => 0 },
      { module, export: 'failToStart', args: [] },
    );
    await expect(readPass(new DataLoader(dataset, { numWorkers: 2 }), () => 0)).rejects.toThrow(
      'DataLoader worker 0: SyntaxError: no such folder',
    );
    const missing = inWorkers({ length: 2, get: () => 0 }, { module, export: 'nowhere', args: [] });
    await expect(readPass(new DataLoader(missing, { numWorkers: 1 }), () => 0)).rejects.toThrow(
      "has no export 'nowhere'",
    );
  });

  it('tells that a batch cannot be sent', async () => {
    const { Noise, unsendable } = fixtures;
    const loader = new DataLoader(new Noise(3), { numWorkers: 1, collate: unsendable });
    await expect(readPass(loader, () => 0)).rejects.toThrow('() => 0 could not be cloned');
  });

  it('tells at once that a tensor with history cannot cross', () =>
    tidy(() => {
      const rows = new TensorDataset(torch.ones(2, { requiresGrad: true }).mul(2));
      const loader = new DataLoader(rows, { numWorkers: 2 });
      expect(() => loader.batches()).toThrow('detach() it first');
    }));

  it('ends a wait at the timeout', async () => {
    const loader = new DataLoader(troubled(0, 'stay'), { numWorkers: 1, timeout: 2 });
    await expect(readPass(loader, () => 0)).rejects.toThrow('no batch within the timeout of 2 s');
  });
});

describe('a process', () => {
  it('ends with a pass that was forgotten, and while it waits it does not', () => {
    const program = `
      import { data, DataLoader } from '@flambeau/core';
      const { Noise } = await import(${JSON.stringify(module.href)});
      const batches = new DataLoader(new Noise(50), { numWorkers: 2 }).batches();
      await batches.ready();
      console.log('ready');
    `;
    const ended = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('.', import.meta.url),
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect([ended.stderr, ended.stdout, ended.status]).toEqual(['', 'ready\n', 0]);
  });
});
