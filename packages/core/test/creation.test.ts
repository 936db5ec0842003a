import {
  asTensor,
  type DType,
  fromBuffer,
  fromTypedArray,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

describe('tensor()', () => {
  it.each([
    ['numbers', [1, 2], 'float32'],
    ['bigints', [1n, 2n], 'int64'],
    ['booleans', [true, false], 'bool'],
    ['booleans and bigints', [true, 2n], 'int64'],
    ['booleans and numbers', [true, 2], 'float32'],
    ['bigints and numbers', [2n, 2], 'float32'],
    ['complex numbers and numbers', [1, { re: 1, im: 2 }], 'complex64'],
    ['nothing', [], 'float32'],
    ['one bigint', 3n, 'int64'],
  ] as const)('of %s', (_, data, dtype) =>
    tidy(() => {
      expect(tensor(data).dtype).toBe(dtype);
    }),
  );

  it('follows the default dtype', () => {
    torch.setDefaultDtype('float64');
    try {
      tidy(() => {
        expect(tensor([1, 2]).dtype).toBe('float64');
        expect(tensor({ re: 1, im: 1 }).dtype).toBe('complex128');
      });
    } finally {
      torch.setDefaultDtype('float32');
    }
    expect(() => torch.setDefaultDtype('int32')).toThrow(TypeError);
  });

  it('converts to the dtype that is asked for', () =>
    tidy(() => {
      const read = (dtype: DType) => tensor([0, 1.75, -2], { dtype }).toArray();
      expect(read('float16')).toEqual([0, 1.75, -2]);
      expect(read('bfloat16')).toEqual([0, 1.75, -2]);
      expect(tensor([0, 1.75, -2], { dtype: 'int8' }).toArray()).toEqual([0, 1, -2]);
      expect(tensor([0, 1.75, -2], { dtype: 'int64' }).toArray()).toEqual([0, 1, -2]);
      expect(tensor([0, 1.75], { dtype: 'bool' }).toArray()).toEqual([false, true]);
      expect(tensor([1.5], { dtype: 'complex128' }).toArray()).toEqual([{ re: 1.5, im: 0 }]);
    }));

  it('refuses numbers that an integer dtype cannot hold', () => {
    expect(() => tensor([300], { dtype: 'uint8' })).toThrow(
      'value 300 cannot be converted to uint8 without overflow',
    );
    expect(() => tensor([Number.NaN], { dtype: 'int64' })).toThrow(RangeError);
    expect(() => tensor([2n ** 63n])).toThrow(RangeError);
    expect(() => tensor([{ re: 0, im: 1 }], { dtype: 'float32' })).toThrow(TypeError);
  });

  it('names the place of a row with another length, and of what is no number', () => {
    expect(() =>
      tensor([
        [[1], [2]],
        [[3], [4, 5]],
      ]),
    ).toThrow('ragged data: the element at [1][1] is an array of 2, expected an array of 1');
    expect(() => tensor([[1, 2], 3])).toThrow('the element at [1] is the number 3');
    expect(() => tensor([[1], ['2' as never]])).toThrow(
      'the element at [1][0] is the string 2, expected a number, bigint, boolean or { re, im }',
    );
    expect(() => tensor(undefined as never)).toThrow('the data is undefined');
  });

  it('gives back what it was given', () => {
    const cube = fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 0, max: 3 }),
      )
      .chain(([a, b, c]) => {
        const exactly = (length: number) => ({ minLength: length, maxLength: length });
        const row = fc.array(fc.double(), exactly(c));
        return fc.array(fc.array(row, exactly(b)), exactly(a));
      });
    fc.assert(
      fc.property(cube, (data) =>
        tidy(() => {
          expect(tensor(data, { dtype: 'float64' }).toArray()).toEqual(data);
        }),
      ),
    );
  });

  it('copies tensors and typed arrays', () =>
    tidy(() => {
      const data = new Int16Array([1, 2]);
      const x = tensor(data);
      data[0] = 7;
      expect(x.dtype).toBe('int16');
      expect(x.toArray()).toEqual([1, 2]);
      const y = tensor(x, { dtype: 'float32', requiresGrad: true });
      y.data.mul_(2);
      expect(x.toArray()).toEqual([1, 2]);
      expect(y.requiresGrad).toBe(true);
    }));

  it('takes typed arrays as rows', () =>
    tidy(() => {
      const x = tensor([new Float64Array([1, 2]), new Float64Array([3, 4])]);
      expect(x.toArray()).toEqual([[1, 2], [3, 4]]); // biome-ignore format: rows
    }));
});

describe('shared memory', () => {
  it.each([
    ['a typed array', () => new Float32Array(4)],
    ['one over a SharedArrayBuffer', () => new Float32Array(new SharedArrayBuffer(16))],
    ['one in the middle of a buffer', () => new Float32Array(new ArrayBuffer(64), 8, 4)],
  ])('of %s shows changes on both sides', (_, make) =>
    tidy(() => {
      const data = make();
      const x = asTensor(data);
      data[1] = 5;
      x.at(2).fill_(7);
      expect(x.toArray()).toEqual([0, 5, 7, 0]);
      expect([...data]).toEqual([0, 5, 7, 0]);
    }),
  );

  it('is kept from being transferred away', () =>
    tidy(() => {
      const data = new Float32Array([1, 2]);
      const x = asTensor(data);
      try {
        structuredClone(data, { transfer: [data.buffer] });
      } catch {
        // Some versions of Node.js throw, others copy: either way the memory stays.
      }
      expect(x.toArray()).toEqual([1, 2]);
      expect(data.length).toBe(2);
    }));

  it('gives up sharing for another dtype', () =>
    tidy(() => {
      const data = new Float32Array([1, 2]);
      const x = asTensor(data, { dtype: 'float64' });
      data[0] = 9;
      expect(x.toArray()).toEqual([1, 2]);
      expect(asTensor(x) === x).toBe(true);
    }));

  it('has the shape and dtype that are given', () =>
    tidy(() => {
      const bits = new Uint16Array([0x3c00, 0x4000]);
      const x = fromTypedArray(bits, { dtype: 'float16', shape: [2, 1] });
      expect(x.toArray()).toEqual([[1], [2]]);
      expect(() => fromTypedArray(bits, { shape: [3] })).toThrow(
        'a tensor of uint16[3] has 6 bytes, the data 4',
      );
    }));
});

describe('fromBuffer()', () => {
  const bytes = () => Buffer.from([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0]);

  it('reads elements from an offset, aligned or not', () =>
    tidy(() => {
      const whole = new Uint8Array(12);
      whole.set(bytes());
      expect(fromBuffer(whole.buffer, { dtype: 'int32', offset: 4, count: 1 }).toArray()).toEqual([
        2 ** 25,
      ]);
      expect(fromBuffer(bytes(), { dtype: 'int32', offset: 3 }).toArray()).toEqual([1, 2]);
      expect(fromBuffer(bytes(), { dtype: 'uint8' }).shape).toEqual([11]);
    }));

  it('refuses more than there is', () => {
    expect(() => fromBuffer(bytes(), { dtype: 'int64', count: 2 })).toThrow(
      '2 elements of int64 from byte 0 need 16 bytes, the buffer has 11',
    );
  });
});
