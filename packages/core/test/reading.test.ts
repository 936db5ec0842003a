import { ShapeError, TorchError, TorchValueError, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const large = 2n ** 53n + 1n;

describe('item()', () => {
  it.each([
    [tensorOf(1.5), 1.5],
    [tensorOf(true), true],
    [tensorOf(7n), 7],
    [tensorOf(large), large],
    [tensorOf(-large), -large],
    [tensorOf({ re: 1, im: -2 }), { re: 1, im: -2 }],
  ])('reads the one element (%#)', async (make, value) => {
    using x = make();
    expect(x.item()).toEqual(value);
    expect(await x.itemAsync()).toEqual(value);
  });

  it('refuses several', async () => {
    using x = torch.zeros(2);
    expect(() => x.item()).toThrow(TorchError);
    await expect(x.itemAsync()).rejects.toThrow(TorchValueError);
  });
});

describe('toArray() and toTypedArray()', () => {
  it.each([
    ['bool', Uint8Array],
    ['uint8', Uint8Array],
    ['int8', Int8Array],
    ['int16', Int16Array],
    ['uint16', Uint16Array],
    ['int32', Int32Array],
    ['uint32', Uint32Array],
    ['int64', BigInt64Array],
    ['uint64', BigUint64Array],
    ['float16', Uint16Array],
    ['bfloat16', Uint16Array],
    ['float32', Float32Array],
    ['float64', Float64Array],
    ['complex64', Float32Array],
    ['complex128', Float64Array],
  ] as const)('read %s', async (dtype, type) => {
    using x = tensor([[1, 0], [1, 1]], { dtype }); // biome-ignore format: rows
    const array = x.toTypedArray();
    expect(array).toBeInstanceOf(type);
    expect(await x.toTypedArrayAsync()).toEqual(array);
    const one = dtype === 'bool' ? true : dtype.startsWith('complex') ? { re: 1, im: 0 } : 1;
    const zero = dtype === 'bool' ? false : dtype.startsWith('complex') ? { re: 0, im: 0 } : 0;
    expect(x.toArray()).toEqual([[one, zero], [one, one]]); // biome-ignore format: rows
    expect(await x.toArrayAsync()).toEqual(x.toArray());
  });

  it('decode every half and bfloat16', () =>
    tidy(() => {
      const bits = torch.arange(65536).to('int32').to('uint16');
      for (const dtype of ['float16', 'bfloat16'] as const) {
        const x = bits.view(dtype);
        expect(x.toArray()).toEqual(x.to('float64').toArray());
      }
    }));

  it('keep whole numbers exact', () =>
    tidy(() => {
      expect(tensor([1n, large, -large]).toArray()).toEqual([1, large, -large]);
      expect(tensor([large]).toTypedArray()).toEqual(new BigInt64Array([large]));
      const top = tensor([2n ** 64n - 1n], { dtype: 'uint64' });
      expect(top.toArray()).toEqual([2n ** 64n - 1n]);
    }));

  it('follow the strides', () =>
    tidy(() => {
      const x = torch.arange(6).view(2, 3);
      expect(x.T.toArray()).toEqual([[0, 3], [1, 4], [2, 5]]); // biome-ignore format: rows
      expect([...x.T.toTypedArray()]).toEqual([0n, 3n, 1n, 4n, 2n, 5n]);
      expect(x.at(1).toArray()).toEqual([3, 4, 5]);
    }));

  it('read empty tensors and those without dimensions', () =>
    tidy(() => {
      expect(torch.zeros(2, 0).toArray()).toEqual([[], []]);
      expect(tensor(3).toArray()).toBe(3);
    }));
});

describe('properties', () => {
  it('describe the tensor', () =>
    tidy(() => {
      const x = torch.zeros(2, 3, 4);
      expect(x.shape).toEqual([2, 3, 4]);
      expect([x.ndim, x.length, x.numel(), x.size(-1)]).toEqual([3, 2, 24, 4]);
      expect([x.stride(), x.stride(1)]).toEqual([[12, 4, 1], 4]);
      expect(() => x.size(3)).toThrow('expected to be in range of [-3, 2], but got 3');
      expect([x.dtype, x.device, x.layout, x.isCuda]).toEqual(['float32', 'cpu', 'strided', false]);
      expect(x.at(1).storageOffset()).toBe(12);
      expect(x.at(1).dataPtr() - x.dataPtr()).toBe(48n);
    }));

  it('transpose', () =>
    tidy(() => {
      const x = torch.zeros(2, 3);
      expect([x.T.shape, x.mT.shape, x.H.shape]).toEqual([[3, 2], [3, 2], [3, 2]]); // biome-ignore format: pairs
      const z = tensor([[{ re: 1, im: 2 }]]);
      expect(z.mH.toArray()).toEqual([[{ re: 1, im: -2 }]]);
      expect([z.real.item(), z.imag.item()]).toEqual([1, 2]);
    }));

  it('iterate over the first dimension', () =>
    tidy(() => {
      const rows = [...torch.arange(4).view(2, 2)].map((row) => row.toArray());
      expect(rows).toEqual([[0, 1], [2, 3]]); // biome-ignore format: rows
    }));
});

describe('to()', () => {
  it('takes dtypes, devices, tensors and options', () =>
    tidy(() => {
      const x = torch.zeros(2);
      expect(x.to('float64').dtype).toBe('float64');
      expect(x.to('cpu', 'int32').dtype).toBe('int32');
      expect(x.to(torch.zeros(1, { dtype: 'bool' })).dtype).toBe('bool');
      expect(x.to({ dtype: 'int8' }).dtype).toBe('int8');
      expect(x.to('meta').device).toBe('meta');
      expect(x.to('float32', false, true) === x).toBe(false);
      expect([x.half().dtype, x.bfloat16().dtype, x.long().dtype]).toEqual([
        'float16',
        'bfloat16',
        'int64',
      ]);
      expect(() => x.to('float' as never)).toThrow('to() takes a dtype, a device, a tensor');
    }));

  it('is the tensor itself where nothing changes', () =>
    tidy(() => {
      const x = torch.zeros(2);
      expect(x.to('float32')).toBe(x);
      expect(x.cpu()).toBe(x);
      expect(x.to('float32', { copy: true }) === x).toBe(false);
    }));
});

it('norm() takes the words of Python', () =>
  tidy(() => {
    const x = tensor([[3, 0], [0, 4]]); // biome-ignore format: rows
    expect(x.norm().item()).toBe(5);
    expect(x.norm('fro').item()).toBe(5);
    expect(x.norm('nuc').item()).toBeCloseTo(7);
    expect(x.norm(1, 0).toArray()).toEqual([3, 4]);
    expect(x.norm({ dim: 1, keepdim: true }).toArray()).toEqual([[3], [4]]);
    expect(torch.norm(x, 2, { dim: 0, dtype: 'float64' }).dtype).toBe('float64');
  }));

it('nonzero() gives positions, or one tensor for each dimension', () =>
  tidy(() => {
    const x = tensor([[0, 2], [3, 0]]); // biome-ignore format: rows
    expect(x.nonzero().toArray()).toEqual([[0, 1], [1, 0]]); // biome-ignore format: rows
    expect(torch.nonzero(x, { asTuple: true }).map((t) => t.toArray())).toEqual([[0, 1], [1, 0]]); // biome-ignore format: rows
    expect(x.at(...x.nonzero({ asTuple: true })).toArray()).toEqual([2, 3]);
  }));

it('unique() gives values, places and counts', () =>
  tidy(() => {
    const x = tensor([3, 1, 3]);
    expect(x.unique().toArray()).toEqual([1, 3]);
    const { values, inverse, counts } = torch.unique(x, {
      returnInverse: true,
      returnCounts: true,
    });
    expect([values.toArray(), inverse?.toArray(), counts?.toArray()]).toEqual([[1, 3], [1, 0, 1], [1, 2]]); // biome-ignore format: rows
    expect(torch.ones(3, 2).unique({ dim: 0 }).shape).toEqual([1, 2]);
  }));

it('shape mismatches are ShapeErrors also in in-place reshaping', () =>
  tidy(() => {
    expect(() => torch.zeros(6).view(4)).toThrow(ShapeError);
  }));

function tensorOf(value: Parameters<typeof tensor>[0]) {
  return () => tensor(value);
}
