import { memory } from '@flambeau/core';
import { afterAll, beforeAll, expect } from 'vitest';

/** Lets a test file fail that ends with more or fewer live tensors than it began with. */
export function expectNoLeaks(): void {
  let before = 0;
  beforeAll(() => {
    before = memory.liveTensors();
  });
  afterAll(() => {
    expect(memory.liveTensors()).toBe(before);
  });
}
