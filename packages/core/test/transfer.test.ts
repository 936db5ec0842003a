import { Worker } from 'node:worker_threads';
import {
  discardPacked,
  fromTransferable,
  memory,
  packTensors,
  type Tensor,
  TorchError,
  tensor,
  tidy,
  torch,
  toTransferable,
  unpackTensors,
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

describe('a structure of tensors', () => {
  it('is packed, crosses, and is unpacked, without a copy', () => {
    using x = torch.ones(2);
    const structure = {
      list: [x, 'a'],
      map: new Map([['x', x]]),
      set: new Set([1n]),
      date: new Date(0),
    };
    const message = structuredClone(packTensors(structure));
    tidy(() => {
      const found = unpackTensors(message) as typeof structure;
      expect((found.list[0] as Tensor).dataPtr()).toBe(x.dataPtr());
      expect(found.map.get('x')?.dataPtr()).toBe(x.dataPtr());
      expect([found.list[1], found.set, found.date]).toEqual(['a', new Set([1n]), new Date(0)]);
    });
  });

  it('is freed by discardPacked, also when some of it was claimed', () => {
    using x = torch.ones(2);
    const before = memory.processLiveTensors();
    const message = packTensors([x, { x }]) as [unknown, unknown];
    expect(memory.processLiveTensors()).toBe(before + 2);
    fromTransferable(message[0]).dispose();
    discardPacked(message);
    discardPacked(message);
    expect(memory.processLiveTensors()).toBe(before);
  });

  it('leaves nothing on its way when a part cannot be sent', () =>
    tidy(() => {
      const x = torch.ones(2, { requiresGrad: true });
      const withHistory = x.mul(2);
      const before = memory.processLiveTensors();
      expect(() => packTensors([x, withHistory])).toThrow('detach() it first');
      expect(memory.processLiveTensors()).toBe(before);
    }));
});
