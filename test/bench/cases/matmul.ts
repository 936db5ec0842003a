import { tidy, torch } from '@flambeau/core';
import type { BenchCase } from '../case.js';

const size = 1024;

/** Work that libtorch does alone: nothing may be lost on the way to it. */
export const matmul: BenchCase = {
  name: `matmul ${size}x${size}`,
  target: 1.02,
  prepare() {
    const a = torch.randn([size, size]);
    const b = torch.randn([size, size]);
    return {
      run(count) {
        for (let i = 0; i < count; i++) tidy(() => void torch.matmul(a, b));
      },
      python: [{ label: '', module: 'matmul', arguments: { size } }],
      [Symbol.dispose]() {
        a.dispose();
        b.dispose();
      },
    };
  },
};
