import {
  AnomalyError,
  AutogradError,
  BufferDetachedError,
  DeviceError,
  DTypeError,
  detectAnomaly,
  HookError,
  InvalidHandleError,
  memory,
  OutOfMemoryError,
  ShapeError,
  SignatureError,
  Tensor,
  TensorDisposedError,
  TorchError,
  tidy,
  torch,
} from '@flambeau/core';
import { native } from '@flambeau/native';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

const before = memory.liveTensors();
afterAll(() => {
  globalThis.gc?.();
  expect(memory.liveTensors()).toBe(before);
});

/** What `misuse` throws; its tensors are freed. */
function failureOf(misuse: () => unknown): Error {
  try {
    tidy(() => void misuse());
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('misuse is an error of its own class, and the process lives on', () => {
  afterEach(() => {
    expect(tidy(() => torch.ones(2, 2).sum().item())).toBe(4);
  });

  it('a disposed tensor', () => {
    const error = failureOf(() => {
      const x = torch.ones(2);
      x.dispose();
      return x.add(1);
    });
    expect(error).toBeInstanceOf(TensorDisposedError);
    expect(error.message).toMatch(/disposed/);
  });

  it('a tensor whose scope has ended', () => {
    let escaped: Tensor | undefined;
    tidy(() => {
      escaped = torch.ones(2);
    });
    expect(() => escaped?.sum()).toThrow(TensorDisposedError);
  });

  it.each([12_345_678, 0, -1, 1.5, Number.NaN, 2 ** 53, Number.POSITIVE_INFINITY])(
    'the foreign handle %d',
    (handle) => {
      expect(failureOf(() => native.shape(handle))).toBeInstanceOf(InvalidHandleError);
      expect(failureOf(() => new Tensor(handle).shape)).toBeInstanceOf(InvalidHandleError);
    },
  );

  it('shapes that do not fit', () => {
    const error = failureOf(() => torch.ones(2, 3).add(torch.ones(5)));
    expect(error).toBeInstanceOf(ShapeError);
    expect(error.message).toMatch(/size of tensor a \(3\) must match the size of tensor b \(5\)/);
    expect(error.message).toMatch(/aten::add\.Tensor/);
    expect(error.message).toMatch(/float32\[2, 3\]/);
    expect(failureOf(() => torch.ones(2, 3).matmul(torch.ones(2, 3)))).toBeInstanceOf(ShapeError);
    expect(failureOf(() => torch.ones(6).view(4))).toBeInstanceOf(ShapeError);
  });

  it('a wrong dtype', () => {
    const mixed = () => torch.ones(2, 2).matmul(torch.ones(2, 2, { dtype: 'float64' }));
    expect(failureOf(mixed)).toBeInstanceOf(DTypeError);
    const integral = () => torch.ones(2, { dtype: 'int64', requiresGrad: true });
    expect(failureOf(integral)).toBeInstanceOf(DTypeError);
  });

  it('a wrong device', () => {
    const mixed = () => torch.ones(2).add(torch.ones(2, { device: 'meta' }));
    expect(failureOf(mixed)).toBeInstanceOf(DeviceError);
    if (!torch.cuda.isAvailable()) {
      const error = failureOf(() => torch.ones(2).to('cuda'));
      expect(error).toBeInstanceOf(DeviceError);
      expect(error.message).toMatch(/cuda/i);
    }
    expect(failureOf(() => torch.ones(2, { device: 'cuda:99' }))).toBeInstanceOf(DeviceError);
  });

  it('backward twice', () => {
    const error = failureOf(() => {
      const y = torch.ones(2, { requiresGrad: true }).exp().sum();
      y.backward();
      y.backward();
    });
    expect(error).toBeInstanceOf(AutogradError);
    expect(error.message).toMatch(/a second time/);
  });

  it('an in-place change of a leaf', () => {
    const error = failureOf(() => torch.ones(2, { requiresGrad: true }).add_(1));
    expect(error).toBeInstanceOf(AutogradError);
    expect(error.message).toMatch(/leaf/);
  });

  it('NaN from a hook, under detectAnomaly', () => {
    const error = failureOf(() => {
      const x = torch.ones(2, { requiresGrad: true });
      const y = x.mul(2);
      y.registerHook((grad) => grad.mul(Number.NaN));
      detectAnomaly(() => y.exp().sum().backward());
    });
    expect(error).toBeInstanceOf(AnomalyError);
    expect(error.message).toMatch(/nan/);
  });

  it('a hook that returns what is no tensor', () => {
    const error = failureOf(() => {
      const x = torch.ones(2, { requiresGrad: true });
      x.registerHook(() => Number.NaN as unknown as Tensor);
      x.sum().backward();
    });
    expect(error).toBeInstanceOf(HookError);
    expect(error.message).toMatch(/hook .*NaN/);
  });

  it('a hook that throws: its own error comes out', () => {
    const own = new RangeError('thrown in a hook');
    const error = failureOf(() => {
      const x = torch.ones(2, { requiresGrad: true });
      x.registerHook(() => {
        throw own;
      });
      x.sum().backward();
    });
    expect(error).toBe(own);
  });

  it('a wrong number or type of arguments', () => {
    const x = torch.ones(2);
    const loose = x as unknown as { add(...args: unknown[]): Tensor };
    for (const args of [[], ['two'], [1, 2, 3], [{ alpha: 2 }], [1, { gamma: 2 }]]) {
      const error = failureOf(() => loose.add(...args));
      expect(error, JSON.stringify(args)).toBeInstanceOf(SignatureError);
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toMatch(/add\(other: /);
    }
    x.dispose();
  });

  it('10 GB with less allowed, and more than any machine has', () => {
    const { limit } = memory.stats();
    memory.setMemoryLimit(4 * 2 ** 30);
    try {
      expect(failureOf(() => torch.empty(10 * 2 ** 28))).toBeInstanceOf(OutOfMemoryError);
    } finally {
      memory.setMemoryLimit(limit);
    }
    const error = failureOf(() => torch.zeros(2 ** 48));
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error.message).toMatch(/MiB/);
  });

  it('a buffer that was transferred away', () => {
    const data = new Float32Array(16).fill(1);
    const error = failureOf(() => {
      const x = new Tensor(native.fromTypedArray(data, 6, [16], false));
      structuredClone(data.buffer, { transfer: [data.buffer] });
      return x.sum();
    });
    expect(error).toBeInstanceOf(BufferDetachedError);
    expect(error).toBeInstanceOf(TorchError);
  });
});
