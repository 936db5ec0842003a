import { memory, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';

const before = memory.liveTensors();
afterAll(() => {
  globalThis.gc?.();
  expect(memory.liveTensors()).toBe(before);
});

// Backward of tensors that are not on the CPU works on another thread while this one serves the
// hooks. Meta tensors go that way too, so no GPU is needed to see it.
describe('hooks of a backward on another thread', () => {
  it('run on the JavaScript thread, in order, with the gradient', () => {
    tidy(() => {
      const x = torch.empty([2, 3], { device: 'meta', requiresGrad: true });
      const y = x.mul(2);
      const calls: string[] = [];
      x.registerHook((grad) => void calls.push(`x ${grad.shape} ${grad.device}`));
      y.registerHook((grad) => void calls.push(`y ${grad.shape} ${grad.device}`));
      y.sum().backward();
      expect(calls).toEqual(['y 2,3 meta', 'x 2,3 meta']);
      expect(x.grad?.shape).toEqual([2, 3]);
    });
  });

  it('may call operators and replace the gradient', () => {
    tidy(() => {
      const x = torch.empty([2, 3], { device: 'meta', dtype: 'float64', requiresGrad: true });
      let seen = '';
      x.mul(2).registerHook((grad) => grad.exp().mul(3));
      const y = x.exp();
      y.registerHook((grad) => {
        seen = grad.dtype;
        return grad.mul(2);
      });
      y.sum().backward();
      expect(seen).toBe('float64');
    });
  });

  it('pass on what they throw, and the next backward works', () => {
    tidy(() => {
      const own = new RangeError('mine');
      const x = torch.empty([2], { device: 'meta', requiresGrad: true });
      const hook = x.registerHook(() => {
        throw own;
      });
      let thrown: unknown;
      try {
        x.sum().backward();
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBe(own);
      hook.remove();
      x.sum().backward();
      expect(x.grad?.shape).toEqual([2]);
    });
  });
});
