import { setTimeout } from 'node:timers/promises';
import { type data, memory, type Tensor, tidy } from '@flambeau/core';
import { afterEach, beforeEach, expect } from 'vitest';

export interface NoiseItem {
  readonly noise: Tensor;
  readonly index: bigint;
  readonly worker: number;
}

/** Where {@link fixtures} are. */
export const module = new URL('./workerDatasets.mjs', import.meta.url);
export const fixtures = (await import(module.href)) as {
  readonly Noise: new (length: number) => data.Dataset<NoiseItem>;
  readonly Shares: new (length: number) => data.IterableDataset<bigint>;
  readonly tell: (id: number) => void;
  readonly tale: (items: unknown[]) => string;
  readonly unsendable: (items: unknown[]) => unknown;
};

let before = 0;

/** Lets every test fail that leaves a tensor, in any thread or on its way. */
export function expectNothingLeftByTests(): void {
  beforeEach(() => {
    before = memory.processLiveTensors();
  });
  afterEach(expectNothingLeft);
}

/** Waits until nothing is left of the test, in any thread or on its way. */
export async function expectNothingLeft(): Promise<void> {
  for (let i = 0; i < 50 && memory.processLiveTensors() > before; i++) {
    globalThis.gc?.();
    await setTimeout(10);
  }
  expect(memory.processLiveTensors()).toBe(before);
}

/** What `read` makes of each batch of a pass. */
export async function readPass<Batch, Result>(
  source: data.BatchSource<Batch>,
  read: (batch: Batch) => Result,
): Promise<Result[]> {
  const batches = source.batches();
  const results: Result[] = [];
  try {
    while (await batches.ready()) results.push(tidy(() => read(batches.take())));
  } finally {
    await batches.close();
  }
  return results;
}
