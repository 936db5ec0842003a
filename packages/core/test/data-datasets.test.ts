import { data, type Tensor, TensorDataset, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

const { ChainDataset, ConcatDataset, DataLoader, IterableDataset, StackDataset, Subset } = data;

expectNoLeaks();

class Count extends IterableDataset<number> {
  constructor(
    readonly from: number,
    readonly to: number,
  ) {
    super();
  }

  get length(): number {
    return this.to - this.from;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = this.from; i < this.to; i++) yield i;
  }
}

/** Items that are numbers: 10 times their index. */
const tens = (length: number): data.Dataset<number> => ({ length, get: (index) => 10 * index });

describe('TensorDataset', () => {
  it('has rows as items and rows as batches', () =>
    tidy(() => {
      const x = torch.randn(5, 2);
      const y = torch.arange(5);
      const rows = new TensorDataset(x, y);
      expect(rows.length).toBe(5);
      expect(rows.get(3).map((row) => row.toArray())).toEqual([x.at(3).toArray(), 3]);
      const [batch] = rows.getBatch(torch.tensor([4n, 0n]));
      expect(batch.toArray()).toEqual([x.at(4).toArray(), x.at(0).toArray()]);
    }));

  it('is taken out of a scope with its tensors', () => {
    const rows = tidy(() => new TensorDataset(torch.ones(3), torch.zeros(3)));
    expect(rows.get(0).map((tensor) => [tensor.item(), tensor.dispose()][0])).toEqual([1, 0]);
    for (const tensor of rows.tensors) tensor.dispose();
  });

  it('refuses tensors of different lengths, and none', () =>
    tidy(() => {
      expect(() => new TensorDataset(torch.ones(3), torch.ones(4))).toThrow(
        'the tensors must have equally many rows, got 3, 4',
      );
      expect(() => new TensorDataset()).toThrow('at least one tensor');
    }));
});

describe('combined datasets', () => {
  it('Subset picks items, also of a subset, and by batches', () =>
    tidy(() => {
      const rows = new TensorDataset(torch.arange(10));
      const odd = new Subset(rows, [1, 3, 5, 7]);
      const last = new Subset(odd, [3, 2]);
      expect(last.length).toBe(2);
      expect(last.get(0)[0].item()).toBe(7);
      expect(last.getItems([1, 0]).map(([row]) => row.item())).toEqual([5, 7]);
      const [batch] = [...new DataLoader(last, { batchSize: 2 })];
      expect(batch?.[0].toArray()).toEqual([7, 5]);
      expect(new Subset(tens(3), [2]).getBatch).toBeUndefined();
      expect(() => odd.get(4)).toThrow('from 0 to 3, got 4');
    }));

  it('ConcatDataset goes through them in order', () => {
    const both = new ConcatDataset([tens(3), new Subset(tens(9), []), tens(2)]);
    expect(both.cumulativeSizes).toEqual([3, 3, 5]);
    expect([0, 1, 2, 3, 4].map((index) => both.get(index))).toEqual([0, 10, 20, 0, 10]);
    expect(() => both.get(5)).toThrow(RangeError);
    expect(() => new ConcatDataset([])).toThrow('at least one dataset');
    expect(() => new ConcatDataset([new Count(0, 2) as unknown as data.Dataset<number>])).toThrow(
      'ChainDataset',
    );
  });

  it('ChainDataset goes through streams in order', () => {
    const chained = new ChainDataset([new Count(0, 3), new Count(7, 9)]);
    expect([...chained]).toEqual([0, 1, 2, 7, 8]);
    expect(chained.length).toBe(5);
    const endless = new ChainDataset([{ *[Symbol.iterator]() {} }]);
    expect(() => endless.length).toThrow('has a length only where it defines');
  });

  it('StackDataset puts them side by side', () =>
    tidy(() => {
      const list = new StackDataset([tens(3), new TensorDataset(torch.arange(3))] as const);
      const [ten, [row]] = list.get(2);
      expect([ten, row.item()]).toEqual([20, 2]);
      expect(list.getBatch).toBeUndefined();
      const named = new StackDataset({
        x: new TensorDataset(torch.arange(3)),
        y: new TensorDataset(torch.arange(3).mul(2)),
      });
      expect(named.getItems([1, 2]).map(({ y }) => y[0].item())).toEqual([2, 4]);
      const batch = named.getBatch?.(torch.tensor([2n, 0n])) as Record<'x' | 'y', [Tensor]>;
      expect([batch.x[0].toArray(), batch.y[0].toArray()]).toEqual([
        [2, 0],
        [4, 0],
      ]);
      expect(() => new StackDataset([tens(3), tens(4)])).toThrow('equally long, got 3, 4');
    }));
});

describeWithOracle('randomSplit', (oracle) => {
  it.each([[[3, 7, 0, 2]], [[12]], [[0.3, 0.3, 0.4]], [[0.1, 0.25, 0.25, 0.4]], [[1]], [[0, 1]]])(
    'by %j is that of Python',
    (lengths) =>
      oracle.compare(
        () =>
          data
            .randomSplit(tens(12), lengths)
            .map(({ indices }) => torch.tensor(indices.map(BigInt), { dtype: 'int64' })),
        `
from torch.utils.data import random_split
result = [torch.tensor(part.indices, dtype=torch.int64) for part in random_split(range(12), lengths)]
`,
        { lengths },
      ),
  );

  it('takes a generator', () =>
    oracle.compare(
      () => {
        const generator = new torch.Generator().manualSeed(3);
        const parts = data.randomSplit(tens(30), [0.5, 0.5], { generator });
        return [
          ...parts.map(({ indices }) => torch.tensor(indices.map(BigInt), { dtype: 'int64' })),
          torch.rand(1),
        ];
      },
      `
from torch.utils.data import random_split
parts = random_split(range(30), [0.5, 0.5], generator=torch.Generator().manual_seed(3))
result = [*(torch.tensor(part.indices) for part in parts), torch.rand(1)]
`,
      {},
    ));

  it('refuses lengths that are not those of the dataset', () => {
    expect(() => data.randomSplit(tens(5), [2, 2])).toThrow('must add up to the 5 items');
    expect(() => data.randomSplit(tens(5), [-1, 6])).toThrow('got -1, 6');
    expect(() => data.randomSplit(tens(5), [0.5, 0.4])).toThrow('add up to 1');
  });
});
