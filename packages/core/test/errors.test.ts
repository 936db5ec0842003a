import {
  AutogradError,
  DeviceError,
  DTypeError,
  HookError,
  LinAlgError,
  memory,
  OutOfMemoryError,
  ShapeError,
  TensorDisposedError,
  TorchError,
  TorchIndexError,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const ones = (...size: number[]) => torch.ones(size);
const leaf = () => torch.ones(2, { requiresGrad: true });

const failures: readonly (readonly [string, new (...args: never[]) => Error, () => unknown])[] = [
  ['shapes that do not broadcast', ShapeError, () => ones(2, 3).add(ones(4))],
  ['matrices that cannot be multiplied', ShapeError, () => ones(2, 3).matmul(ones(4, 5))],
  ['a view of another size', ShapeError, () => ones(6).view(4)],
  ['rows of different widths', ShapeError, () => torch.cat([ones(1, 2), ones(1, 3)])],
  ['an expansion that does not fit', ShapeError, () => ones(3).expand(2, 4)],
  ['a batch where vectors are wanted', ShapeError, () => ones(2, 2).dot(ones(2))],
  ['matrices of different dtypes', DTypeError, () => ones(2, 2).matmul(ones(2, 2).double())],
  ['indices that are no integers', DTypeError, () => ones(2).gather(0, ones(1))],
  ['a result that its target cannot hold', DTypeError, () => ones(2).long().add_(0.5)],
  ['an operator a dtype has not', DTypeError, () => ones(2).long().erfinv_()],
  ['bits of a float', DTypeError, () => ones(2).bitwiseAnd(1)],
  ['a gradient of integers', DTypeError, () => ones(2).long().requiresGrad_()],
  ['tensors on two devices', DeviceError, () => ones(2, 2).add(ones(2, 2).to('meta'))],
  ['a dimension out of range', TorchIndexError, () => ones(2).sum(3)],
  ['a position out of range', TorchIndexError, () => ones(2).select(0, 5)],
  ['a singular matrix', LinAlgError, () => torch.linalg.inv(torch.zeros(2, 2))],
  [
    'a matrix that is not positive definite',
    LinAlgError,
    () => torch.linalg.cholesky(ones(2, 2).neg()),
  ],
  ['more memory than there is', OutOfMemoryError, () => torch.empty(2 ** 52)],
  ['a change of a leaf in place', AutogradError, () => leaf().add_(1)],
  ['backward from what was not recorded', AutogradError, () => ones(1).backward()],
  [
    'a change of what backward needs',
    AutogradError,
    () => {
      const y = leaf().exp();
      const z = y.square();
      y.add_(1);
      z.sum().backward();
    },
  ],
  [
    'a hook that returns another shape',
    HookError,
    () => {
      const x = leaf();
      x.registerHook(() => ones(5));
      x.sum().backward();
    },
  ],
  [
    'a freed tensor',
    TensorDisposedError,
    () => {
      const x = ones(1);
      x.dispose();
      return x.add(1);
    },
  ],
];

describe('a failure of libtorch', () => {
  it.each(failures)('%s', (_, type, run) =>
    tidy(() => {
      let error: unknown;
      try {
        run();
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(type);
      expect((error as Error).name).toBe(type.name);
      expect((error as Error).message.length).toBeGreaterThan(20);
      expect((error as Error).message).not.toMatch(/\.cpp|frame #|0x[0-9a-f]{6}/);
    }),
  );

  it('tells the operator and its arguments', () =>
    tidy(() => {
      let error: TorchError | undefined;
      try {
        ones(2, 3).add(ones(4), { alpha: 2 });
      } catch (thrown) {
        error = thrown as TorchError;
      }
      expect(error).toBeInstanceOf(TorchError);
      expect(error?.schema).toMatch(/^aten::add\.Tensor\(/);
      expect(error?.message.split('\n')).toEqual([
        'The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1',
        expect.stringContaining('in aten::add.Tensor(Tensor self, Tensor other'),
        expect.stringContaining('float32[2, 3], float32[4], 2'),
      ]);
    }));

  it('leaves the error of a hook as it is', () =>
    tidy(() => {
      const mine = new RangeError('mine');
      const x = leaf();
      x.registerHook(() => {
        throw mine;
      });
      let caught: unknown;
      try {
        x.sum().backward();
      } catch (thrown) {
        caught = thrown;
      }
      expect(caught).toBe(mine);
    }));

  it('obeys the memory limit that was set', () => {
    memory.setMemoryLimit(memory.stats().allocated + 1e6);
    try {
      tidy(() => {
        expect(() => torch.zeros(1e6)).toThrow(OutOfMemoryError);
        expect(torch.zeros(1e4).sum().item()).toBe(0);
      });
    } finally {
      memory.setMemoryLimit(Number.POSITIVE_INFINITY);
    }
    tidy(() => expect(torch.zeros(1e6).numel()).toBe(1e6));
    expect(() => memory.setMemoryLimit(-1)).toThrow(RangeError);
  });

  it('is told for a device that is not there', () =>
    tidy(() => {
      if (torch.cuda.isAvailable()) {
        expect(() => tensor([1]).to('cuda:99')).toThrow(TorchError);
      } else {
        expect(torch.cuda.deviceCount()).toBe(0);
        expect(() => tensor([1]).to('cuda')).toThrow(DeviceError);
        expect(() => torch.cuda.synchronize()).toThrow(TorchError);
      }
    }));
});
