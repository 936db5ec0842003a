import {
  ellipsis,
  type Index,
  slice,
  type Tensor,
  TorchIndexError,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

/** What the tests index: a cube of 3 x 4 x 5, a mask, positions along the first dimension. */
const inputs = () => ({
  x: torch.randn([3, 4, 5]),
  mask: torch.randn([3, 4]).gt(0),
  rows: torch.randint(-3, 3, [6]),
  columns: torch.randint(0, 4, [6]),
});

type Inputs = Record<'x' | 'mask' | 'rows' | 'columns', Tensor>;

const readings: readonly (readonly [string, (inputs: Inputs) => readonly Index[]])[] = [
  ['1', () => [1]],
  ['-1', () => [-1]],
  ['1, 2, 3', () => [1, 2, 3]],
  [':', () => [slice()]],
  [':2', () => [slice(2)]],
  ['1:', () => [slice(1, null)]],
  ['-2:-1', () => [slice(-2, -1)]],
  ['::2, 1::2', () => [slice(null, null, 2), slice(1, null, 2)]],
  ['..., 0', () => [ellipsis, 0]],
  ['0, ..., 1', () => [0, ellipsis, 1]],
  ['...', () => [ellipsis]],
  ['None', () => [null]],
  ['None, 0, None, :, None', () => [null, 0, null, slice(), null]],
  ['..., None', () => [ellipsis, null]],
  ['True', () => [true]],
  ['False', () => [false]],
  ['True, 1', () => [true, 1]],
  ['[0, 2]', () => [[0, 2]]],
  ['torch.tensor([[0, 2], [1, 1]])', () => [[[0, 2], [1, 1]]]], // biome-ignore format: rows
  ['[0, 2], [1, 3]', () => [[0, 2], [1, 3]]], // biome-ignore format: pairs
  ['[True, False, True]', () => [[true, false, true]]],
  ['rows', ({ rows }) => [rows]],
  ['rows, columns', ({ rows, columns }) => [rows, columns]],
  ['rows, :, 2', ({ rows }) => [rows, slice(), 2]],
  ['rows, 1:3', ({ rows }) => [rows, slice(1, 3)]],
  [':, columns, 0', ({ columns }) => [slice(), columns, 0]],
  ['..., columns, 1:2', ({ columns }) => [ellipsis, columns, slice(1, 2)]],
  ['mask', ({ mask }) => [mask]],
  ['mask, 2', ({ mask }) => [mask, 2]],
  ['x > 0', ({ x }) => [x.gt(0)]],
  ['mask[:, 0]', ({ mask }) => [mask.at(slice(), 0)]],
  [':, mask[0]', ({ mask }) => [slice(), mask.at(0)]],
];

describeWithOracle('x.at()', (oracle) => {
  it.each(readings)('x[%s]', (python, indices) =>
    oracle.compare(
      (given) => {
        const all = given as unknown as Inputs;
        return all.x.at(...indices(all));
      },
      `x[${python}]`,
      inputs(),
    ),
  );
});

describeWithOracle('x.indexPut_()', (oracle) => {
  it.each(readings)('x[%s] = 7', (python, indices) =>
    oracle.compare(
      (given) => {
        const all = given as unknown as Inputs;
        return all.x.clone().indexPut_(indices(all), 7);
      },
      `result = x.clone()\nresult[${python}] = 7`,
      inputs(),
    ),
  );

  it('takes a tensor that is broadcast', () =>
    oracle.compare(
      ({ x, v }) => (x as Tensor).clone().indexPut_([slice(), slice(1, 3), -1], v as Tensor),
      'result = x.clone()\nresult[:, 1:3, -1] = v',
      { ...inputs(), v: torch.randn([3, 1]) },
    ));

  it.each([
    ['rows,', (all: Inputs) => [all.rows]],
    ['rows, columns', (all: Inputs) => [all.rows, all.columns]],
    ['mask,', (all: Inputs) => [all.mask]],
  ] as const)('adds at index_put_((%s)) with accumulate', (python, indices) =>
    oracle.compare(
      (given) => {
        const all = given as unknown as Inputs;
        return all.x.clone().indexPut_(indices(all), 2, { accumulate: true });
      },
      `x.clone().index_put_((${python}), torch.tensor(2.), accumulate=True)`,
      inputs(),
    ),
  );
});

describe('accumulation at other indices', () => {
  it('adds once for each time a place is named', () =>
    tidy(() => {
      const x = torch.zeros(2, 3);
      x.indexPut_([slice(1, 2), [0, 0, 2]], tensor([1, 2, 3]), { accumulate: true });
      expect(x.toArray()).toEqual([[0, 0, 0], [3, 0, 3]]); // biome-ignore format: rows
      x.indexPut_([0], 5, { accumulate: true });
      x.indexPut_([ellipsis, -1], 1, { accumulate: true });
      x.indexPut_([null, 1, 1], 4, { accumulate: true });
      x.indexPut_([true], 10, { accumulate: true });
      expect(x.toArray()).toEqual([[15, 15, 16], [13, 14, 14]]); // biome-ignore format: rows
      const cube = torch.zeros(2, 2, 2);
      const mask = tensor([[true, false], [false, true]]); // biome-ignore format: rows
      cube.indexPut_([mask, 1], 3, { accumulate: true });
      expect(cube.toArray()).toEqual([[[0, 3], [0, 0]], [[0, 0], [0, 3]]]); // biome-ignore format: rows
    }));
});

describe('an index', () => {
  it('gives a view where no tensor takes part', () =>
    tidy(() => {
      const x = torch.zeros(2, 3);
      x.at(1, slice(0, 2)).fill_(4);
      expect(x.sum().item()).toBe(8);
    }));

  it('lets the gradient through', () =>
    tidy(() => {
      const x = torch.ones(3, 2, { requiresGrad: true });
      x.at([0, 0, 2], 1).sum().backward();
      expect(x.grad?.toArray()).toEqual([[0, 2], [0, 0], [0, 1]]); // biome-ignore format: rows
    }));

  it('is refused out of range or of another type', () =>
    tidy(() => {
      const x = torch.zeros(2, 3);
      expect(() => x.at(2)).toThrow(TorchIndexError);
      expect(() => x.at(0, 0, 0)).toThrow(TorchIndexError);
      expect(() => x.at([5])).toThrow(TorchIndexError);
      expect(() => x.at(0.5)).toThrow('an index is a whole number, got 0.5');
      expect(() => x.at('0' as never)).toThrow('an index is a whole number, slice(), ellipsis');
      expect(() => slice(0, 3, -1)).toThrow('slice step must be positive, got -1');
    }));
});
