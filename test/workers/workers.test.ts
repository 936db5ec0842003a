import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { fromTransferable, memory, tidy, torch, toTransferable } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';

const before = memory.liveTensors();
afterAll(() => {
  globalThis.gc?.();
  expect(memory.liveTensors()).toBe(before);
});

function startTrainer(steps: number): Worker {
  return new Worker(new URL('./trainer.mjs', import.meta.url), {
    workerData: { steps },
    execArgv: [],
  });
}

describe('worker threads', () => {
  it('train 8 models at once, and leave nothing when they are terminated', async () => {
    globalThis.gc?.();
    const atStart = memory.processLiveTensors();
    const workers = Array.from({ length: 8 }, () => startTrainer(Number.POSITIVE_INFINITY));
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    expect(memory.processLiveTensors()).toBeGreaterThan(atStart + 8 * 4);
    await Promise.all(workers.map((worker) => worker.terminate()));
    expect(memory.processLiveTensors()).toBe(atStart);
  });

  it('hand a tensor over without copying its data, also after they have ended', async () => {
    const worker = startTrainer(20);
    const messages: { weight?: unknown; address?: bigint }[] = [];
    worker.on('message', (message) => messages.push(message));
    await once(worker, 'exit');
    const { weight, address } = messages.at(-1) ?? {};
    using received = fromTransferable(weight as Parameters<typeof fromTransferable>[0]);
    expect(received.shape).toEqual([32, 8]);
    expect(received.dataPtr()).toBe(address);
    expect(Number.isFinite(tidy(() => received.sum().item()))).toBe(true);
  });

  it('claim a tensor once', () => {
    using tensor = torch.ones(3);
    const message = structuredClone(toTransferable(tensor));
    using claimed = fromTransferable(message);
    expect(claimed.toArray()).toEqual([1, 1, 1]);
    expect(claimed.dataPtr()).toBe(tensor.dataPtr());
    expect(() => fromTransferable(message)).toThrow(/once/);
  });
});
