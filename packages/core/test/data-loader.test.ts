import {
  DataLoader,
  data,
  manualSeed,
  type Tensor,
  TensorDataset,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle, type Oracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

/** The same loader on both sides: what an epoch, then another, gives. */
function compareEpochs(oracle: Oracle, ours: () => DataLoader<readonly Tensor[]>, python: string) {
  return oracle.compare(
    () => {
      const loader = ours();
      return [[...loader], [...loader], torch.rand(3)];
    },
    `
from torch.utils.data import *
x = torch.arange(23.).reshape(23, 1)
y = torch.arange(23)
loader = ${python}
result = [[list(b) for b in loader], [list(b) for b in loader], torch.rand(3)]
`,
    {},
  );
}

describeWithOracle('DataLoader gives the batches of Python', (oracle) => {
  const rows = () => new TensorDataset(torch.arange(23).float().reshape([23, 1]), torch.arange(23));
  const python = 'DataLoader(TensorDataset(x, y), ';

  it('in order', () =>
    compareEpochs(
      oracle,
      () => new DataLoader(rows(), { batchSize: 5 }),
      `${python}batch_size=5)`,
    ));

  it('shuffled', () =>
    compareEpochs(
      oracle,
      () => new DataLoader(rows(), { batchSize: 5, shuffle: true }),
      `${python}batch_size=5, shuffle=True)`,
    ));

  it('shuffled by a generator, without the rest', () =>
    compareEpochs(
      oracle,
      () =>
        new DataLoader(rows(), {
          batchSize: 5,
          shuffle: true,
          dropLast: true,
          generator: new torch.Generator().manualSeed(7),
        }),
      `${python}batch_size=5, shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(7))`,
    ));

  it('item by item', () =>
    compareEpochs(
      oracle,
      () => new DataLoader(rows(), { batchSize: null }),
      `${python}batch_size=None)`,
    ));
});

describe('DataLoader', () => {
  it('gives the same batches by index operations and by collating', () =>
    tidy(() => {
      const rows = new TensorDataset(torch.randn(10, 3), torch.arange(10));
      const items = { length: 10, get: (i: number) => rows.get(i) };
      manualSeed(1);
      const fast = [...new DataLoader(rows, { batchSize: 4, shuffle: true })];
      manualSeed(1);
      const slow = [...new DataLoader(items, { batchSize: 4, shuffle: true })];
      expect(fast.map(([x]) => x.toArray())).toEqual(slow.map(([x]) => x.toArray()));
      expect(fast.map(([, y]) => y.dtype)).toEqual(slow.map(([, y]) => y.dtype));
    }));

  it('frees what an early break leaves', () => {
    using x = torch.randn(10, 3);
    const loader = new data.DataLoader(new TensorDataset(x), { shuffle: true });
    for (const [row] of loader) {
      row.dispose();
      break;
    }
  });
});
