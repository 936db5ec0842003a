import { data, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

const {
  BatchSampler,
  DistributedSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
} = data;

expectNoLeaks();

const items = { length: 37 };
const generator = () => new torch.Generator().manualSeed(11);
const py = 'torch.Generator().manual_seed(11)';
const weights = Array.from({ length: 9 }, () => Math.random() + 0.1);

const samplers: readonly (readonly [string, () => data.Sampler])[] = [
  ['SequentialSampler(items)', () => new SequentialSampler(items)],
  ['RandomSampler(items)', () => new RandomSampler(items)],
  [
    `RandomSampler(items, generator=${py})`,
    () => new RandomSampler(items, { generator: generator() }),
  ],
  ['RandomSampler(items, num_samples=5)', () => new RandomSampler(items, { numSamples: 5 })],
  [
    `RandomSampler(items, num_samples=90, generator=${py})`,
    () => new RandomSampler(items, { numSamples: 90, generator: generator() }),
  ],
  ['RandomSampler(items, True)', () => new RandomSampler(items, { replacement: true })],
  [
    `RandomSampler(items, True, 64, ${py})`,
    () => new RandomSampler(items, { replacement: true, numSamples: 64, generator: generator() }),
  ],
  ['SubsetRandomSampler([5, 9, 2, 30])', () => new SubsetRandomSampler([5, 9, 2, 30])],
  [
    `SubsetRandomSampler([5, 9, 2, 30], ${py})`,
    () => new SubsetRandomSampler([5, 9, 2, 30], { generator: generator() }),
  ],
  ['WeightedRandomSampler(weights, 20)', () => new WeightedRandomSampler(weights, 20)],
  [
    `WeightedRandomSampler(weights, 7, False, ${py})`,
    () => new WeightedRandomSampler(weights, 7, { replacement: false, generator: generator() }),
  ],
  [
    'DistributedSampler(items, 4, 1)',
    () => new DistributedSampler(items, { numReplicas: 4, rank: 1 }),
  ],
  [
    'DistributedSampler(items, 4, 3, shuffle=False, drop_last=True)',
    () =>
      new DistributedSampler(items, { numReplicas: 4, rank: 3, shuffle: false, dropLast: true }),
  ],
  [
    'DistributedSampler(range(3), 8, 7, seed=5)',
    () => new DistributedSampler({ length: 3 }, { numReplicas: 8, rank: 7, seed: 5 }),
  ],
];

describeWithOracle('samplers give the order of Python', (oracle) => {
  it.each(samplers)('%s', (python, ours) =>
    oracle.compare(
      () => {
        const sampler = ours();
        const passes = [[...sampler], [...sampler]];
        return [
          BigInt(sampler.length),
          ...passes.map((pass) => torch.tensor(pass.map(BigInt))),
          torch.rand(2),
        ];
      },
      `
from torch.utils.data import *
items = range(37)
sampler = ${python}
passes = [list(sampler), list(sampler)]
result = [len(sampler), *(torch.tensor(p) for p in passes), torch.rand(2)]
`,
      { weights },
    ),
  );

  it('DistributedSampler has another order each epoch', () =>
    oracle.compare(
      () => {
        const sampler = new DistributedSampler(items, { numReplicas: 2, rank: 0 });
        sampler.setEpoch(4);
        return torch.tensor([...sampler].map(BigInt));
      },
      `
from torch.utils.data import DistributedSampler
sampler = DistributedSampler(range(37), 2, 0)
sampler.set_epoch(4)
result = torch.tensor(list(sampler))
`,
      {},
    ));
});

describe('BatchSampler', () => {
  const six = new SequentialSampler({ length: 6 });

  it('puts indices together', () => {
    const all = new BatchSampler(six, 4, false);
    expect([[...all], all.length]).toEqual([
      [
        [0, 1, 2, 3],
        [4, 5],
      ],
      2,
    ]);
    const full = new BatchSampler(six, 4, true);
    expect([[...full], full.length]).toEqual([[[0, 1, 2, 3]], 1]);
    expect([...new BatchSampler(six, 3, true)]).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  it('refuses a size below 1', () => {
    expect(() => new BatchSampler(six, 0, false)).toThrow('batchSize must be a whole number');
  });
});

describe('samplers refuse', () => {
  it('what cannot be drawn', () => {
    expect(() => new RandomSampler({ length: 0 })).toThrow('numSamples must be');
    expect(() => new WeightedRandomSampler([1], 0)).toThrow('numSamples must be');
    using square = torch.ones(2, 2);
    expect(() => new WeightedRandomSampler(square, 1)).toThrow('one dimension, got [2, 2]');
    expect(() => new DistributedSampler(items, { numReplicas: 2, rank: 2 })).toThrow('0 to 1');
  });
});
