import { getPriority } from 'node:os';
import {
  data,
  type FitContext,
  type FitInWorkerOptions,
  fitInWorker,
  manualSeed,
  nn,
  type ProgressEvent,
  type Tensor,
  torch,
  WorkerFitError,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNothingLeftByTests } from './workerPasses.js';

expectNothingLeftByTests();

const module = new URL('./workerFits.mjs', import.meta.url);

type Weights = Record<string, Tensor>;
interface Published {
  readonly epoch: number;
  readonly weights: Weights;
}
type Train = (
  context: FitContext<{ epochs: number; seed: number; rows: Tensor[] }, Published>,
) => Promise<{ isMainThread: boolean; weights: Weights; draw: Tensor }>;

/** Starts {@link Train} on 200 rows; `end` frees what it needs. */
function startTraining(epochs: number, options: FitInWorkerOptions<never, Published> = {}) {
  const x = torch.linspace(0, 1, 600).reshape([200, 3]);
  const rows = [x, x.sum(1, { keepdim: true })];
  const fit = fitInWorker<Train>(module, { ...options, args: { epochs, seed: 1, rows } });
  return fit.finally(() => disposeAll(rows));
}

function disposeAll(tensors: Iterable<Tensor>): void {
  for (const tensor of tensors) tensor.dispose();
}

/** Runs an export of the module. */
function run<Result>(name: string, options: FitInWorkerOptions<unknown, unknown> = {}) {
  return fitInWorker<() => Result>(module, { ...options, export: name });
}

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('nothing was thrown'),
    (error: unknown) => error,
  );

describe('fitInWorker', () => {
  it('trains in another thread, tells of it and gives the weights', async () => {
    const events: ProgressEvent[] = [];
    const published: Published[] = [];
    using model = new nn.Sequential(new nn.Linear(3, 16), new nn.ReLU(), new nn.Linear(16, 1));
    const { isMainThread, weights, draw } = await startTraining(3, {
      onProgress: (event) => void events.push(event),
      onPublish: (value) => void published.push(value),
    });
    expect(isMainThread).toBe(false);
    expect(published.map(({ epoch }) => epoch)).toEqual([0, 1, 2]);
    const [first, , last] = published.map((value) => value.weights['0.weight']?.toArray());
    expect(last).toEqual(weights['0.weight']?.toArray());
    expect(first).not.toEqual(last);
    model.loadStateDict(weights);
    expect(events[0]).toMatchObject({ kind: 'begin', epochs: 3 });
    expect(events.filter(({ kind }) => kind === 'epoch')).toHaveLength(3);
    expect(events.filter(({ kind }) => kind === 'batch').length).toBeGreaterThan(0);
    expect(events.at(-1)).toEqual({ kind: 'end' });
    disposeAll([draw, ...[weights, ...published.map((p) => p.weights)].flatMap(Object.values)]);
  });

  it('has random numbers of its own, and frees what is published to nobody', async () => {
    manualSeed(5);
    using before = torch.rand(1);
    manualSeed(5);
    const first = await startTraining(1);
    using after = torch.rand(1);
    expect(after.item()).toBe(before.item());
    const second = await startTraining(1);
    expect(second.draw.item()).toBe(first.draw.item());
    for (const { draw, weights } of [first, second]) disposeAll([draw, ...Object.values(weights)]);
  });

  it('hands tensors over without copying them', async () => {
    interface Result {
      readonly given: bigint[];
      readonly kept: bigint;
      readonly back: [Set<Tensor>, Tensor];
    }
    using a = torch.ones(5);
    using b = torch.zeros(2, 2);
    let published: Tensor | undefined;
    const { given, kept, back } = await fitInWorker<
      (context: FitContext<{ tensors: Tensor[] }, Map<string, Tensor>>) => Result
    >(module, {
      export: 'addresses',
      args: { tensors: [a, b] },
      onPublish: (value) => {
        published = value.get('kept');
      },
    });
    expect(given).toEqual([a.dataPtr(), b.dataPtr()]);
    expect(back[1].toArray()).toEqual([0, 1, 2, 3]);
    expect([back[1].dataPtr(), published?.dataPtr()]).toEqual([kept, kept]);
    const [returned] = back[0];
    expect(returned?.dataPtr()).toBe(a.dataPtr());
    disposeAll([...back[0], back[1], published as Tensor]);
  });

  it('takes datasets as arguments', async () => {
    using x = torch.ones(6, 2);
    const args = new data.Subset(new data.TensorDataset(x), [0, 4]);
    expect(await run('whatLength', { args })).toBe(2);
  });

  it('leaves a thread to its caller, or takes as many as it is told', async () => {
    const own = torch.getNumThreads();
    try {
      torch.setNumThreads(3);
      expect(await run('threads')).toBe(2);
      expect(await run('threads', { threads: 4 })).toBe(4);
      expect(torch.getNumThreads()).toBe(3);
      torch.setNumThreads(1);
      expect(await run('threads')).toBe(1);
    } finally {
      torch.setNumThreads(own);
    }
  });

  it.runIf(process.platform === 'linux')('gives way to its caller', async () => {
    const own = getPriority(0);
    expect(await run('priority')).toBe(Math.min(19, own + 10));
    expect(await run('priority', { nice: 0 })).toBe(own);
    expect(getPriority(0)).toBe(own);
  });

  it('ends a thread that leaves a timer open', async () => {
    using ones = await run<Tensor>('leaveOpen');
    expect(ones.toArray()).toEqual([1, 1, 1]);
  });
});

describe('an abort', () => {
  it('ends the fit between two batches, with the reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const events: ProgressEvent[] = [];
    const published: Published[] = [];
    const fit = startTraining(100_000, {
      signal: controller.signal,
      onProgress: (event) => void events.push(event),
      onPublish: (value) => {
        if (published.push(value) === 3) controller.abort(reason);
      },
    });
    expect(await failureOf(fit)).toBe(reason);
    expect(published.length).toBeGreaterThanOrEqual(3);
    expect(events.at(-1)).toEqual({ kind: 'end', error: 'Error: enough' });
    disposeAll(published.flatMap(({ weights }) => Object.values(weights)));
  });

  it('is known in the worker by name and message', async () => {
    const controller = new AbortController();
    const published: unknown[] = [];
    const fit = run('whyAborted', {
      signal: controller.signal,
      onPublish: (value) => {
        published.push(value);
        controller.abort();
      },
    });
    expect(await failureOf(fit)).toBe(controller.signal.reason);
    expect(published).toEqual([0, { name: 'AbortError', message: 'This operation was aborted' }]);
  });

  it('ends by force what goes on', async () => {
    const controller = new AbortController();
    const onPublish = () => controller.abort('now');
    const fit = run('deaf', { signal: controller.signal, onPublish, grace: 50 });
    expect(await failureOf(fit)).toBe('now');
  });

  it('before the call starts nothing', async () => {
    const signal = AbortSignal.abort('no');
    expect(await failureOf(startTraining(1, { signal }))).toBe('no');
  });
});

describe('trouble in the worker', () => {
  it('is an error with its message and stack', async () => {
    const error = (await failureOf(run('fail', { args: 'no such rows' }))) as WorkerFitError;
    expect(error).toBeInstanceOf(WorkerFitError);
    expect(error.message).toBe('in the worker thread: RangeError: no such rows');
    expect(error.stack).toMatch(/at fail .*workerFits\.mjs/);
    expect(error.cause).toMatchObject({ name: 'RangeError', message: 'no such rows' });
  });

  it.each([
    ['failLater', 'in the worker thread: RangeError: much later'],
    ['exit', 'the worker thread has ended before its fit, with code 3'],
    ['forget', 'the worker thread has ended before its fit, with code 13'],
    ['unsendable', '() => 0 could not be cloned'],
    ['unpublishable', '() => 0 could not be cloned'],
    ['nowhere', "has no export 'nowhere'"],
    ['number', 'the export to be called is no function'],
  ])('is told: %s', async (name, message) => {
    const args = torch.ones(3);
    await expect(run(name, { args })).rejects.toThrow(message);
    args.dispose();
  });

  it('of modules and arguments is told too', async () => {
    await expect(fitInWorker(new URL('./absent.mjs', import.meta.url))).rejects.toThrow(
      /Cannot find module/,
    );
    await expect(fitInWorker('./train.js')).rejects.toThrow("new URL('./train.js'");
    using ones = torch.ones(2);
    await expect(run('threads', { args: [ones, () => 0] })).rejects.toThrow(/cannot be sent/);
    await expect(run('threads', { args: [ones, Symbol('s')] })).rejects.toThrow(/cloned/);
    await expect(run('threads', { threads: 0 })).rejects.toThrow('threads must be a whole number');
    const unknown = { thread: 1 } as FitInWorkerOptions;
    await expect(run('threads', unknown)).rejects.toThrow("no option 'thread'");
  });
});

describe("a listener's error", () => {
  it.each([
    ['at once', () => expect.unreachable('told')],
    ['later', () => Promise.reject(new Error('told'))],
  ])('ends the fit: %s', async (_, listener) => {
    const fit = startTraining(100_000, { onProgress: listener });
    await expect(fit).rejects.toThrow('told');
  });
});
