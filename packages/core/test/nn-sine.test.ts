import { manualSeed, memory, nn, optim, tidy, torch } from '@flambeau/core';
import { afterAll, expect, it } from 'vitest';

const before = memory.liveTensors();
afterAll(() => {
  globalThis.gc?.();
  expect(memory.liveTensors()).toBe(before);
});

it('a small network learns y = sin(x), with as many live tensors at every step', () => {
  manualSeed(1);
  using x = tidy(() => torch.linspace(-Math.PI, Math.PI, 256).reshape([256, 1]));
  using y = x.sin();
  using model = new nn.Sequential(
    new nn.Linear(1, 32),
    new nn.ReLU(),
    new nn.Linear(32, 32),
    new nn.ReLU(),
    new nn.Linear(32, 1),
  );
  using optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });

  const step = () =>
    tidy(() => {
      optimizer.zeroGrad();
      const loss = nn.functional.mseLoss(model.call(x), y);
      loss.backward();
      optimizer.step();
      return Number(loss.item());
    });

  const losses: number[] = [];
  const live: number[] = [];
  for (let i = 0; i < 500; i++) {
    losses.push(step());
    live.push(memory.liveTensors());
  }
  expect(new Set(live).size).toBe(1);
  expect(losses[0]).toBeGreaterThan(0.1);
  expect(Math.max(...losses.slice(-50))).toBeLessThan(0.002);
});
