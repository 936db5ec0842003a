import { Generator, manualSeed, type Tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const sizes = [0, 1, 311, 312, 313, 624, 625, 20_001];
const probabilities = [0, 1e-9, 0.04, 0.5, 0.99, 1 - 2 ** -53, 1];
const forms: readonly (readonly [string, () => Tensor])[] = [
  [
    'torch.empty(2, 3, 5, 7).contiguous(memory_format=torch.channels_last)',
    () => torch.empty(2, 3, 5, 7).contiguous({ memoryFormat: 'channelsLast' }),
  ],
  ['torch.empty(40, 7).t()', () => torch.empty(40, 7).t()],
  ['torch.zeros(40, 8)[:, ::2]', () => torch.zeros(40, 8).slice(1, 0, 8, 2)],
  ['torch.empty(999, dtype=torch.float64)', () => torch.empty([999], { dtype: 'float64' })],
  ['torch.empty(999, dtype=torch.bfloat16)', () => torch.empty([999], { dtype: 'bfloat16' })],
  ['torch.empty(999, dtype=torch.bool)', () => torch.empty([999], { dtype: 'bool' })],
  ['torch.empty(999, dtype=torch.int32)', () => torch.empty([999], { dtype: 'int32' })],
];

describeWithOracle('bernoulli_ draws as Python does and leaves the same state', (oracle) => {
  it.each(probabilities)('probability %s', (p) => {
    const seed = Math.floor(Math.random() * 2 ** 48);
    // An odd number of 32-bit draws before each has it begin in the middle of a pair.
    const odd = 1 + 2 * Math.floor(Math.random() * 400);
    return oracle.compare(
      () => {
        manualSeed(seed);
        const drawn = sizes.flatMap((size) => [torch.rand(odd), torch.empty([size]).bernoulli_(p)]);
        return [...drawn, torch.rand(5)];
      },
      `torch.manual_seed(seed)
result = []
for size in sizes:
    result += [torch.rand(odd), torch.empty(size).bernoulli_(p)]
result.append(torch.rand(5))`,
      { seed, odd, p, sizes },
    );
  });

  it.each(forms)('%s', (python, make) => {
    const seed = Math.floor(Math.random() * 2 ** 48);
    return oracle.compare(
      () => {
        manualSeed(seed);
        return [make().bernoulli_(0.3), torch.rand(5)];
      },
      `torch.manual_seed(seed)\nresult = [${python}.bernoulli_(0.3), torch.rand(5)]`,
      { seed },
    );
  });
});

describe('bernoulli_', () => {
  it('draws from the generator that it is given', () =>
    tidy(() => {
      const generator = new Generator().manualSeed(7);
      const start = generator.getState();
      const first = torch.empty([1000]).bernoulli_(0.5, { generator });
      expect(generator.getState().equal(start)).toBe(false);
      generator.setState(start);
      expect(torch.empty([1000]).bernoulli_(0.5, { generator }).equal(first)).toBe(true);
    }));

  it.each([-0.1, 1.1, Number.NaN])('refuses the probability %s', (p) =>
    tidy(() => {
      expect(() => torch.empty([3]).bernoulli_(p)).toThrow(/p to be in \[0, 1\]|0 <= p/);
    }),
  );
});
