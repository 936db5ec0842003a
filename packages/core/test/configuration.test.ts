import { memory, TorchError, tidy, torch, toTransferable } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

describe('configuration', () => {
  it('sets the number of threads', () => {
    const before = torch.getNumThreads();
    try {
      torch.setNumThreads(2);
      expect(torch.getNumThreads()).toBe(2);
      expect(() => torch.setNumThreads(0)).toThrow(RangeError);
    } finally {
      torch.setNumThreads(before);
    }
  });

  it('can insist on deterministic operators', () =>
    tidy(() => {
      torch.useDeterministicAlgorithms(true);
      try {
        expect(() => torch.ones(2).put_(torch.tensor([0n]), torch.ones(1))).toThrow(TorchError);
      } finally {
        torch.useDeterministicAlgorithms(false);
      }
    }));

  it('knows the version of libtorch', () => {
    expect(torch.version).toMatch(/^2\.\d+\.\d+/);
  });

  it('has the dtypes as constants', () => {
    expect([torch.float32, torch.float, torch.long, torch.half]).toEqual([
      'float32',
      'float32',
      'int64',
      'float16',
    ]);
  });
});

describe('memory', () => {
  it('is counted while tensors live', () => {
    const before = memory.stats().allocated;
    memory.resetPeakStats();
    const x = torch.zeros(1 << 20);
    const during = memory.stats();
    expect(during.allocated - before).toBeGreaterThanOrEqual(1 << 22);
    expect(during.peakAllocated).toBeGreaterThanOrEqual(during.allocated);
    x.dispose();
    expect(memory.stats().allocated).toBe(before);
    expect(memory.stats().peakAllocated).toBeGreaterThanOrEqual(during.allocated);
  });

  it('goes back to the system when the cache is emptied', () => {
    torch.zeros(1 << 20).dispose();
    expect(memory.stats().reserved).toBeGreaterThan(memory.stats().allocated);
    memory.emptyCache();
    expect(memory.stats().reserved).toBeLessThan(memory.stats().allocated + (1 << 22));
    memory.setCacheLimit(0);
    try {
      torch.zeros(1 << 20).dispose();
      expect(memory.stats().reserved).toBeLessThan(memory.stats().allocated + (1 << 22));
    } finally {
      memory.setCacheLimit(2 ** 30);
    }
  });
});

it('a tensor with history cannot be sent to another thread', () =>
  tidy(() => {
    const y = torch.ones(1, { requiresGrad: true }).mul(2);
    expect(() => toTransferable(y)).toThrow(Error);
    expect(memory.processLiveTensors()).toBe(memory.liveTensors());
  }));
