import { Worker } from 'node:worker_threads';
import {
  fromTransferable,
  memory,
  TorchError,
  tensor,
  torch,
  toTransferable,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const doubler = `
  import { parentPort } from 'node:worker_threads';
  import { fromTransferable } from '@flambeau/core';
  parentPort.once('message', (message) => {
    fromTransferable(message).mul_(2);
    parentPort.postMessage('done');
  });
`;

describe('a tensor sent to another thread', () => {
  it('shares its data with the sender', async () => {
    using x = tensor([1, 2, 3]);
    const worker = new Worker(doubler, { eval: true, execArgv: ['--input-type=module'] });
    const answer = new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    worker.postMessage(toTransferable(x));
    expect(await answer).toBe('done');
    await worker.terminate();
    expect(x.toArray()).toEqual([2, 4, 6]);
    expect(memory.processLiveTensors()).toBe(memory.liveTensors());
  });

  it('is claimed once', () => {
    using x = torch.ones(2);
    const message = structuredClone(toTransferable(x));
    expect(memory.processLiveTensors()).toBe(memory.liveTensors() + 1);
    using y = fromTransferable(message);
    expect(y.dataPtr()).toBe(x.dataPtr());
    expect(() => fromTransferable(message)).toThrow(TorchError);
  });

  it('is recognised by its message', () => {
    expect(() => fromTransferable({})).toThrow('expected a message made by toTransferable()');
  });
});
