import { oneCycle } from '@flambeau/lesson-rossmann';
import { describe, expect, it } from 'vitest';

/** Golden values of fast.ai v1 1.0.64; relative error at most 1e-9. */
function expectClose(actual: number, expected: number, digits: number): void {
  expect(Math.abs(actual / expected - 1)).toBeLessThan(10 ** -digits);
}

describe('one cycle', () => {
  it('has fast.ai v1’s learning rates and momentums over 10 steps', () => {
    const schedule = oneCycle(10, 1e-3);
    const lrs = [
      4e-5, 2.8e-4, 7.6e-4, 1e-3, 9.50484632e-4, 8.117456539e-4, 6.112620219e-4, 3.887419781e-4,
      1.882583461e-4, 4.951936799e-5, 4e-9,
    ];
    const momentums = [
      0.95, 0.925, 0.875, 0.85, 0.8549515566, 0.8688255099, 0.8888739533, 0.9111260467,
      0.9311744901, 0.9450484434, 0.95,
    ];
    for (const [step, lr] of lrs.entries()) expectClose(schedule(step).lr, lr, 9);
    for (const [step, momentum] of momentums.entries()) {
      expectClose(schedule(step).momentum, momentum, 9);
    }
  });

  it('takes another share of rising steps', () => {
    const schedule = oneCycle(3, 1e-3, { pctStart: 0.8 });
    const expected = [
      [4e-5, 0.95],
      [5.2e-4, 0.9],
      [1e-3, 0.85],
    ];
    for (const [step, [lr, momentum]] of expected.entries()) {
      expectClose(schedule(step).lr, lr as number, 9);
      expectClose(schedule(step).momentum, momentum as number, 9);
    }
  });

  it('has fast.ai v1’s learning rates over 100 steps', () => {
    const schedule = oneCycle(100, 1e-2);
    const expected = {
      0: 4e-4,
      1: 4.262949022e-4,
      15: 5.2e-3,
      29: 9.973705098e-3,
      30: 1e-2,
      31: 9.994965353e-3,
      50: 8.11745654e-3,
      65: 5.00002e-3,
      99: 5.074647155e-6,
    };
    for (const [step, lr] of Object.entries(expected))
      expectClose(schedule(Number(step)).lr, lr, 9);
  });

  it('has the lesson’s values over its first fit of five epochs', () => {
    const schedule = oneCycle(62_725, 1e-3);
    const expected = [
      [5000, 1.9775470002e-4, 0.9335672187],
      [10_000, 5.6732486101e-4, 0.895070327],
      [18_817, 1e-3, 0.85],
      [40_000, 5.2757021014e-4, 0.897243168],
      [62_724, 4.0012798253e-9, 0.9499999999],
    ] as const;
    for (const [step, lr, momentum] of expected) {
      expectClose(schedule(step).lr, lr, 9);
      expectClose(schedule(step).momentum, momentum, 9);
    }
  });

  it('reaches the highest learning rate after the first step when no step rises', () => {
    const schedule = oneCycle(2, 1, { divFactor: 10, finalDiv: 100 });
    for (const [step, lr] of [0.1, 1, 0.505].entries()) expectClose(schedule(step).lr, lr, 9);
  });

  it.each([0, -1, 2.5])('refuses %s steps', (steps) => {
    expect(() => oneCycle(steps, 1e-3)).toThrow(RangeError);
  });
});
