import { data, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

const { defaultCollate, defaultConvert } = data;

expectNoLeaks();

describeWithOracle('defaultCollate gives the tensors of Python', (oracle) => {
  it('for numbers, whole numbers and booleans', () =>
    oracle.compare(
      () => [
        defaultCollate([0.5, 2]),
        defaultCollate([1n, 2n ** 60n]),
        defaultCollate([true, false]),
      ],
      `
from torch.utils.data import default_collate
result = [default_collate([0.5, 2.0]), default_collate([1, 2**60]), default_collate([True, False])]
`,
      {},
    ));

  it('for arrays and objects of tensors, nested', () =>
    oracle.compare(
      ({ a, b }) => {
        const { x, y } = defaultCollate([
          { x: [a, 1n] as const, y: { z: b } },
          { x: [a.neg(), 2n] as const, y: { z: b.mul(2) } },
        ]);
        return [...x, y.z];
      },
      `
from torch.utils.data import default_collate
batch = default_collate([{'x': [a, 1], 'y': {'z': b}}, {'x': [-a, 2], 'y': {'z': b * 2}}])
result = [*batch['x'], batch['y']['z']]
`,
      { a: torch.randn(2, 3), b: torch.arange(4) },
    ));

  it('for typed arrays', () =>
    oracle.compare(
      () => [
        defaultCollate([new Uint8Array([1, 2]), new Uint8Array([3, 4])]),
        defaultCollate([new Float32Array([1.5]), new Float32Array([3])]),
        defaultCollate([new BigInt64Array([1n]), new BigInt64Array([5n])]),
      ],
      `
import numpy as np
from torch.utils.data import default_collate
result = [default_collate([np.array(v, dtype=d) for v in vs]) for d, vs in
    [('uint8', [[1, 2], [3, 4]]), ('float32', [[1.5], [3]]), ('int64', [[1], [5]])]]
`,
      {},
    ));
});

describe('defaultCollate', () => {
  it('leaves strings, and collates Maps', () =>
    tidy(() => {
      expect(defaultCollate(['a', 'b'])).toEqual(['a', 'b']);
      const batch = defaultCollate([new Map([['n', 1n]]), new Map([['n', 4n]])]);
      expect(batch.get('n')?.toArray()).toEqual([1, 4]);
    }));

  it.each<readonly [string, unknown[], string]>([
    ['null', [null], 'got null'],
    ['a Date', [new Date()], 'got a Date'],
    ['numbers and bigints', [1, 2n], 'the first is a number, another a bigint'],
    ['arrays of different lengths', [[1], [1, 2]], 'equally long, got 1 and 2'],
    ['objects of different keys', [{ a: 1 }, { b: 1 }], "no 'a'"],
    ['Maps of different keys', [new Map([[1, 1]]), new Map([[2, 1]])], "no '1'"],
    ['nothing', [], 'no items'],
  ])('refuses %s', (_, items, message) => {
    expect(() => defaultCollate(items)).toThrow(message);
  });
});

describe('defaultConvert', () => {
  it('makes tensors of typed arrays alone', () =>
    tidy(() => {
      const item = defaultConvert({ x: [new Float32Array([1, 2]), 'a'], y: 3 });
      expect([item.y, item.x[1]]).toEqual([3, 'a']);
      expect(String(item.x[0])).toBe('tensor([1., 2.])');
    }));
});
