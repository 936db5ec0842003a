import { tidy, torch } from '@flambeau/core';
import type { BenchCase, Subject } from '../case.js';

/** Results that one scope holds before it frees them. */
const scopeSize = 100;

function prepareAdd(requiresGrad: boolean): Subject {
  const a = torch.randn([2, 2], { requiresGrad });
  const b = torch.randn([2, 2]);
  const addInScope = (count: number) =>
    tidy(() => {
      for (let i = 0; i < count; i++) torch.add(a, b);
    });
  return {
    run(count) {
      for (let left = count; left > 0; left -= scopeSize) addInScope(Math.min(left, scopeSize));
    },
    python: [{ label: '', module: 'add', arguments: { requires_grad: requiresGrad } }],
    [Symbol.dispose]() {
      a.dispose();
      b.dispose();
    },
  };
}

/** The cost of a call: a sum of four numbers, the results freed by scopes. */
export const add: BenchCase = {
  name: 'add 2x2',
  target: 0.75,
  prepare: () => prepareAdd(false),
};

/** The same with autograd recording it. */
export const addWithGrad: BenchCase = {
  name: 'add 2x2, requires_grad',
  target: 0.95,
  prepare: () => prepareAdd(true),
};
