import { SignatureError, Tensor, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const matrix = () => tensor([[1, 2, 3], [4, 5, 6]]); // biome-ignore format: rows

describe('the choice of an overload', () => {
  it('goes by the types of the arguments', () =>
    tidy(() => {
      const x = matrix();
      expect(x.max()).toBeInstanceOf(Tensor);
      expect(x.max().item()).toBe(6);
      expect(x.max(x.neg()).toArray()).toEqual(x.toArray());
      expect(x.max(1).values.toArray()).toEqual([3, 6]);
      expect(x.pow(2).toArray()).toEqual([[1, 4, 9], [16, 25, 36]]); // biome-ignore format: rows
      expect(torch.pow(2, x).toArray()).toEqual([[2, 4, 8], [16, 32, 64]]); // biome-ignore format: rows
      expect(x.pow(x).at(1, 0).item()).toBe(256);
    }));

  it('takes one number for a list of dimensions, and a list', () =>
    tidy(() => {
      const x = matrix();
      expect(x.sum(0).toArray()).toEqual([5, 7, 9]);
      expect(x.sum([0, 1]).item()).toBe(21);
      expect(x.split(2, 1).map((part) => part.shape)).toEqual([[2, 2], [2, 1]]); // biome-ignore format: pairs
      expect(x.split([1, 2], 1).map((part) => part.shape)).toEqual([[2, 1], [2, 2]]); // biome-ignore format: pairs
    }));

  it('keeps a remembered choice apart from calls with other types', () =>
    tidy(() => {
      const x = matrix();
      for (let round = 0; round < 3; round++) {
        expect(x.mul(2).sum().item()).toBe(42);
        expect(x.mul(0.5).sum().item()).toBe(10.5);
        expect(x.mul(true).sum().item()).toBe(21);
        expect(x.mul(x).sum().item()).toBe(91);
        expect(x.sum(0, true).shape).toEqual([1, 3]);
        expect(x.sum(0).shape).toEqual([3]);
        expect(x.sum(null).shape).toEqual([]);
      }
    }));

  it('makes whole numbers integers and others floating ones', () =>
    tidy(() => {
      const i = torch.arange(3);
      expect(i.dtype).toBe('int64');
      expect(i.add(1).dtype).toBe('int64');
      expect(i.add(1.5).dtype).toBe('float32');
      expect(torch.full([2], 3).dtype).toBe('int64');
      expect(torch.arange(0, 1, 0.25).toArray()).toEqual([0, 0.25, 0.5, 0.75]);
    }));

  it('finds the tensor of a method where the schema has it second', () =>
    tidy(() => {
      const x = matrix();
      expect(x.where(x.gt(3), x.neg()).toArray()).toEqual([[-1, -2, -3], [4, 5, 6]]); // biome-ignore format: rows
      expect(x.where(x.gt(3), 0).sum().item()).toBe(15);
    }));
});

describe('options', () => {
  it('hold keyword-only arguments and any that has a default', () =>
    tidy(() => {
      const x = matrix();
      expect(x.add(x, { alpha: 10 }).sum().item()).toBe(231);
      expect(x.sum(0, { keepdim: true }).toArray()).toEqual(x.sum(0, true).toArray());
      expect(x.sum(0, true, { dtype: 'float64' }).dtype).toBe('float64');
      expect(x.std({ dim: 1, correction: 0, keepdim: true }).shape).toEqual([2, 1]);
      expect(torch.conv1d(x.unsqueeze(0), torch.ones(1, 2, 2), { stride: 2 }).shape).toEqual([
        1, 1, 1,
      ]);
    }));

  it('name the output, one or several', () =>
    tidy(() => {
      const x = matrix();
      const out = torch.empty(0);
      expect(torch.add(x, x, { out })).toBe(out);
      expect(out.sum().item()).toBe(42);
      const values = torch.empty(0);
      const indices = torch.empty(0, { dtype: 'int64' });
      const result = torch.max(x, 1, { out: [values, indices] });
      expect(result.values).toBe(values);
      expect(result[1]).toBe(indices);
      expect(indices.toArray()).toEqual([2, 2]);
    }));

  it('say how a new tensor is made', () =>
    tidy(() => {
      const x = torch.zeros(2, 3, { dtype: 'float64', device: 'cpu', requiresGrad: true });
      expect([x.shape, x.dtype, x.requiresGrad]).toEqual([[2, 3], 'float64', true]);
      expect(torch.onesLike(x).dtype).toBe('float64');
      expect(x.newZeros([2], { dtype: 'int32' }).dtype).toBe('int32');
    }));

  it('take the words for a reduction', () =>
    tidy(() => {
      const x = matrix();
      const target = torch.zerosLike(x);
      const loss = torch.ops.aten.mse_loss.default;
      expect(loss(x, target, 'sum').item()).toBe(91);
      expect(loss(x, target, 'none').shape).toEqual([2, 3]);
    }));
});

describe('sizes', () => {
  it('can be spelled out or given as a list', () =>
    tidy(() => {
      const x = matrix();
      expect(x.view(3, 2).shape).toEqual([3, 2]);
      expect(x.view([3, 2]).shape).toEqual([3, 2]);
      expect(x.view(1, 1, 1, 1, 6).shape).toEqual([1, 1, 1, 1, 6]);
      expect(x.view(1, 1, 1, 1, 1, 6).shape).toEqual([1, 1, 1, 1, 1, 6]);
      expect(x.permute(1, 0).shape).toEqual([3, 2]);
      expect(torch.ones(2, 1, { dtype: 'int32' }).expand(2, 4).shape).toEqual([2, 4]);
      expect(torch.zeros([]).shape).toEqual([]);
      expect(x.view('int32').dtype).toBe('int32');
    }));
});

describe('results', () => {
  it('are tuples that know the names of the schema', () =>
    tidy(() => {
      const x = matrix();
      const result = x.max(1);
      const [values, indices] = result;
      expect(values).toBe(result.values);
      expect(indices).toBe(result.indices);
      expect(Array.isArray(result)).toBe(true);
      expect(Object.isFrozen(result)).toBe(true);
      expect(result.map((t) => t.dtype)).toEqual(['float32', 'int64']);
      const { U, S, Vh } = torch.linalg.svd(x);
      expect([U.shape, S.shape, Vh.shape]).toEqual([[2, 2], [2], [3, 3]]);
    }));

  it('are the same object for a method in place', () =>
    tidy(() => {
      const x = matrix();
      expect(x.add_(1)).toBe(x);
      expect(x.clamp_({ max: 3 })).toBe(x);
      expect(torch.relu_(x)).toBe(x);
      expect(x.toArray()).toEqual([[2, 3, 3], [3, 3, 3]]); // biome-ignore format: rows
    }));

  it('can be numbers, booleans and dtypes', () =>
    tidy(() => {
      const x = matrix();
      expect(x.dim()).toBe(2);
      expect(x.equal(x.clone())).toBe(true);
      expect(torch.resultType(x, torch.arange(2))).toBe('float32');
    }));
});

describe('torch.ops.aten', () => {
  it('reaches overloads that are not public', () =>
    tidy(() => {
      const x = matrix();
      const { aten } = torch.ops;
      expect(aten.add.Tensor(x, x, { alpha: 2 }).sum().item()).toBe(63);
      expect(aten._softmax.default(x, 1, false).sum().item()).toBeCloseTo(2);
      expect(Object.keys(aten).length).toBeGreaterThan(1000);
    }));

  it('writes lists of tensors in place', () =>
    tidy(() => {
      const list = [torch.ones(2), torch.ones(3)];
      torch.ops.aten._foreach_add_.Scalar(list, 2);
      expect(list.map((t) => t.sum().item())).toEqual([6, 9]);
    }));
});

describe('arguments that no overload takes', () => {
  const messageOf = (call: () => unknown): string => {
    try {
      call();
    } catch (error) {
      expect(error).toBeInstanceOf(SignatureError);
      expect(error).toBeInstanceOf(TypeError);
      return (error as Error).message;
    }
    throw new Error('nothing was thrown');
  };

  it('are answered with what was given and all that is accepted', () =>
    tidy(() => {
      const x = matrix();
      // @ts-expect-error: no overload takes a string
      const message = messageOf(() => x.add('2', { alpha: 1 }));
      expect(message).toContain('float32[2, 3].add("2", { alpha: 1 })');
      expect(message).toContain('add(other: Tensor, options?: { alpha?: Scalar }): Tensor');
      expect(message).toContain('add(other: Scalar, options?: { alpha?: Scalar }): Tensor');
    }));

  it('say what is wrong with each overload', () =>
    tidy(() => {
      const x = matrix();
      // @ts-expect-error: the name is keepdim
      expect(messageOf(() => x.sum(0, { keepDim: true }))).toContain("it has no option 'keepDim'");
      // @ts-expect-error: given by position and by name
      expect(messageOf(() => x.sum(0, true, { keepdim: true }))).toContain(
        "'keepdim' is given twice",
      );
      // @ts-expect-error: too few
      expect(messageOf(() => x.matmul())).toContain("'other' is missing");
      // @ts-expect-error: too many
      expect(messageOf(() => x.relu(1))).toContain('it takes at most 0 positional arguments');
      expect(messageOf(() => x.unsqueeze(0.5))).toContain("'dim' takes Int");
      // @ts-expect-error: abs has no out form as a method
      expect(messageOf(() => x.abs({ out: x }))).toContain('it has no out form');
    }));
});
