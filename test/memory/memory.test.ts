import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { memory, OutOfMemoryError, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';

const before = memory.liveTensors();
afterAll(() => {
  globalThis.gc?.();
  expect(memory.liveTensors()).toBe(before);
});

/** Runs a program of programs.mjs in a process of its own. */
function run(name: string): Record<string, number> {
  const program = fileURLToPath(new URL('./programs.mjs', import.meta.url));
  const output = execFileSync(process.execPath, [program, name], { encoding: 'utf8' });
  return JSON.parse(output) as Record<string, number>;
}

describe('memory over long loops', () => {
  it('stays small in a synchronous loop of 1,000,000 operations without a scope', () => {
    const { mostLive, value, peakRss } = run('loopWithoutScope');
    expect(value).toBe(1_000_000);
    expect(mostLive).toBeLessThan(5000);
    expect(peakRss).toBeLessThan(600);
  });

  it('is flat with scopes', () => {
    const { mostAfterScope, growth, value, peakRss } = run('loopWithScopes');
    expect(value).toBe(1_000_000);
    expect(mostAfterScope).toBe(0);
    expect(growth).toBeLessThan(10);
    expect(peakRss).toBeLessThan(600);
  });

  it('reuses the blocks of large tensors that are dropped', () => {
    const { total, peakRss } = run('largeDropped');
    expect(total).toBe(400);
    expect(peakRss).toBeLessThan(700);
  });

  it('collects the graphs of a training loop without scopes', () => {
    const { mostLive, peakRss } = run('trainWithoutScope');
    expect(mostLive).toBeLessThan(5000);
    expect(peakRss).toBeLessThan(700);
  });
});

describe('the CPU allocator', () => {
  it('counts what is allocated and gives it back', () => {
    memory.emptyCache();
    const start = memory.stats().allocated;
    tidy(() => {
      torch.empty(1 << 20);
      const grown = memory.stats().allocated - start;
      expect(grown).toBeGreaterThanOrEqual(4 << 20);
      expect(grown).toBeLessThan((4 << 20) * 1.13 + 128);
    });
    expect(memory.stats().allocated).toBe(start);
    expect(memory.stats().reserved).toBeGreaterThanOrEqual(4 << 20);
    memory.emptyCache();
    expect(memory.stats().reserved).toBe(start);
  });

  it('hands a freed block out again', () => {
    tidy(() => void torch.empty(3 << 20));
    const { cacheHits } = memory.stats();
    tidy(() => void torch.empty(3 << 20));
    expect(memory.stats().cacheHits).toBe(cacheHits + 1);
  });

  it('refuses what goes over the limit, and goes on', () => {
    const { limit } = memory.stats();
    memory.setMemoryLimit(memory.stats().allocated + (64 << 20));
    try {
      tidy(() => {
        expect(() => torch.empty(32 << 20)).toThrow(OutOfMemoryError);
        expect(torch.ones(8).sum().item()).toBe(8);
      });
    } finally {
      memory.setMemoryLimit(limit);
    }
  });

  it('keeps no more freed bytes than its cache limit', () => {
    memory.emptyCache();
    memory.setCacheLimit(1 << 20);
    try {
      const start = memory.stats();
      tidy(() => void torch.empty(8 << 20));
      expect(memory.stats().reserved - start.reserved).toBeLessThanOrEqual(1 << 20);
    } finally {
      memory.setCacheLimit(1 << 30);
    }
  });
});
