// Memory programs, each run in a process of its own so that its resident size is its own.
// `node programs.mjs NAME` prints one line of JSON.

import { memory, tidy, torch } from '@flambeau/core';

const MEGABYTE = 1 << 20;

function watchLive(every) {
  let steps = 0;
  let most = 0;
  return {
    step() {
      if (steps++ % every === 0) most = Math.max(most, memory.liveTensors());
    },
    get most() {
      return most;
    },
  };
}

const programs = {
  /** A million operations in one synchronous loop; only the garbage collector frees. */
  loopWithoutScope() {
    const watch = watchLive(16);
    const one = torch.ones(4, 4);
    let sum = torch.zeros(4, 4);
    for (let i = 0; i < 1_000_000; i++) {
      sum = sum.add(one);
      watch.step();
    }
    return { mostLive: watch.most, value: sum.at(0, 0).item() };
  },

  /** The same, with scopes of a hundred operations. */
  loopWithScopes() {
    const one = torch.ones(4, 4);
    let sum = torch.zeros(4, 4);
    const sizes = [];
    const before = memory.liveTensors();
    let mostAfterScope = 0;
    for (let i = 0; i < 10_000; i++) {
      const previous = sum;
      sum = tidy(() => {
        let inner = previous;
        for (let k = 0; k < 100; k++) inner = inner.add(one);
        return inner;
      });
      previous.dispose();
      mostAfterScope = Math.max(mostAfterScope, memory.liveTensors() - before);
      if (i % 1000 === 999) sizes.push(process.memoryUsage().rss / MEGABYTE);
    }
    return {
      mostAfterScope,
      growth: Math.max(...sizes.slice(2)) - sizes[1],
      value: sum.at(0, 0).item(),
    };
  },

  /** 400 tensors of 16 MB, each dropped before the next is made. */
  largeDropped() {
    let total = 0;
    for (let i = 0; i < 400; i++) {
      const large = torch.full([4 * MEGABYTE], 1, { dtype: 'float32' });
      total += large.at(i).item();
    }
    return { total };
  },

  /** Training without scopes: every graph is garbage after its step. */
  trainWithoutScope() {
    const weight = torch.randn(64, 64, { requiresGrad: true });
    const watch = watchLive(1);
    for (let i = 0; i < 3000; i++) {
      const x = torch.randn(32, 64);
      x.matmul(weight).relu().mean().backward();
      weight.grad = null;
      watch.step();
    }
    return { mostLive: watch.most };
  },
};

const name = process.argv[2];
const result = programs[name]();
console.log(JSON.stringify({ ...result, peakRss: process.resourceUsage().maxRSS / 1024 }));
