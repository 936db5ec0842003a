import {
  AnomalyError,
  AutogradError,
  autograd,
  detectAnomaly,
  enableGrad,
  inferenceMode,
  noGrad,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const leaf = (data: number | number[]) => tensor(data, { requiresGrad: true });

describe('backward()', () => {
  it('adds to the grad of the leaves', () =>
    tidy(() => {
      const x = leaf([1, 2]);
      x.square().sum().backward();
      x.square().sum().backward();
      expect(x.grad?.toArray()).toEqual([4, 8]);
      x.grad = null;
      expect(x.grad).toBeNull();
      x.grad = torch.ones(2);
      expect(x.grad?.toArray()).toEqual([1, 1]);
    }));

  it('takes the gradient of an output that is no single number', () =>
    tidy(() => {
      const x = leaf([1, 2]);
      x.square().backward(tensor([1, 10]));
      expect(x.grad?.toArray()).toEqual([2, 40]);
      expect(() => x.square().backward()).toThrow(AutogradError);
    }));

  it('can keep to some inputs, and to several outputs', () =>
    tidy(() => {
      const [x, y] = [leaf([1]), leaf([2])];
      autograd.backward([x.mul(y), x.add(y)], null, { inputs: [x] });
      expect(x.grad?.toArray()).toEqual([3]);
      expect(y.grad).toBeNull();
    }));

  it('refuses a second time, unless the graph was kept', () =>
    tidy(() => {
      const x = leaf([3]);
      const y = x.square().sum();
      y.backward(null, { retainGraph: true });
      y.backward();
      expect(x.grad?.toArray()).toEqual([12]);
      expect(() => y.backward()).toThrow('Trying to backward through the graph a second time');
    }));

  it('fills the grad of a tensor in between that asks for it', () =>
    tidy(() => {
      const x = leaf([3]);
      const y = x.neg();
      y.retainGrad();
      y.square().sum().backward();
      expect([y.retainsGrad, y.isLeaf, y.gradFn]).toEqual([true, false, 'NegBackward0']);
      expect(y.grad?.toArray()).toEqual([-6]);
    }));
});

describe('grad()', () => {
  it('gives gradients without touching grad', () =>
    tidy(() => {
      const [x, y] = [leaf([2]), leaf([5])];
      const [gx, gy] = autograd.grad(x.mul(x).mul(y), [x, y]);
      expect([gx?.toArray(), gy?.toArray()]).toEqual([[20], [4]]);
      expect(x.grad).toBeNull();
    }));

  it('answers for inputs that took no part', () =>
    tidy(() => {
      const [x, y] = [leaf([2]), leaf([5])];
      const out = () => x.square();
      expect(() => autograd.grad(out(), [x, y])).toThrow(AutogradError);
      expect(autograd.grad(out(), [x, y], { allowUnused: true })[1]).toBeNull();
      expect(autograd.grad(out(), y, { materializeGrads: true })[0]?.toArray()).toEqual([0]);
    }));

  it('can be taken again and again', () =>
    tidy(() => {
      const x = leaf([2]);
      let y: Tensor | undefined = x.pow(4).sum();
      for (const expected of [32, 48, 48, 24]) {
        [y] = autograd.grad((y as Tensor).sum(), x, { createGraph: true });
        expect(y?.item()).toBe(expected);
      }
    }));
});

describeWithOracle('a small network', (oracle) => {
  it('has the gradients of Python', () =>
    oracle.compare(
      ({ x, w, b }) =>
        (x as Tensor)
          .matmul(w as Tensor)
          .add(b as Tensor)
          .tanh()
          .logSoftmax(1)
          .square()
          .mean(0),
      'torch.log_softmax(torch.tanh(x @ w + b), 1).square().mean(0)',
      { x: torch.randn([8, 5]), w: torch.randn([5, 3]), b: torch.randn([3]) },
      { gradients: true },
    ));
});

describe('modes', () => {
  it('switch recording off and on', () =>
    tidy(() => {
      const x = leaf([1]);
      expect(noGrad(() => x.mul(2)).requiresGrad).toBe(false);
      expect(noGrad(() => enableGrad(() => x.mul(2))).requiresGrad).toBe(true);
      expect(inferenceMode(() => x.mul(2).isInference())).toBe(true);
      {
        using _ = noGrad();
        expect(torch.isGradEnabled()).toBe(false);
      }
      expect(torch.isGradEnabled()).toBe(true);
    }));

  it('end when the function throws, and refuse async ones', () => {
    expect(() =>
      noGrad(() => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(() => noGrad(async () => 1)).toThrow('takes a synchronous function');
    expect(torch.isGradEnabled()).toBe(true);
    expect(autograd.isInferenceModeEnabled()).toBe(false);
  });

  it('set for good until they are set again', () => {
    torch.setGradEnabled(false);
    try {
      expect(torch.isGradEnabled()).toBe(false);
    } finally {
      torch.setGradEnabled(true);
    }
  });
});

describe('hooks', () => {
  it('see and replace the gradient until they are removed', () =>
    tidy(() => {
      const x = leaf([1, 2]);
      const seen: unknown[] = [];
      const doubled = x.registerHook((grad) => grad.mul(2));
      {
        using _ = x.registerHook((grad) => {
          seen.push(grad.toArray());
        });
        x.sum().backward();
      }
      expect(seen).toEqual([[2, 2]]);
      doubled.remove();
      doubled.remove();
      x.grad = null;
      x.sum().backward();
      expect(x.grad).not.toBeNull();
      expect((x.grad as Tensor | null)?.toArray()).toEqual([1, 1]);
      expect(seen).toHaveLength(1);
    }));

  it('run after the gradient was added', () =>
    tidy(() => {
      const x = leaf([1]);
      const seen: unknown[] = [];
      const handle = x.registerPostAccumulateGradHook((at) => seen.push(at.grad?.item()));
      x.mul(3).backward();
      handle.remove();
      x.mul(3).backward();
      expect(seen).toEqual([3]);
    }));

  it('run after it in their order, and let go of the leaf when they are removed', async () => {
    const seen: string[] = [];
    const released: string[] = [];
    const registry = new FinalizationRegistry((name: string) => released.push(name));
    const x = leaf([1]);
    const handles = ['first', 'second', 'third'].map((name) => {
      const hook = () => {
        seen.push(name);
        if (name === 'first') handles[1]?.remove();
      };
      registry.register(hook, name);
      return x.registerPostAccumulateGradHook(hook);
    });
    tidy(() => x.mul(3).backward());
    tidy(() => x.mul(3).backward());
    expect(seen).toEqual(['first', 'second', 'third', 'first', 'third']);
    for (const handle of handles) handle.remove();
    tidy(() => x.mul(3).backward());
    expect(seen).toHaveLength(5);
    await vi.waitFor(() => {
      globalThis.gc?.();
      expect(released).toContain('third');
    });
    x.grad?.dispose();
    x.dispose();
  });
});

describe('anomaly detection', () => {
  it('names the operation that makes NaN', () =>
    tidy(() => {
      const x = leaf([0]);
      const run = () => x.sqrt().mul(0).sum().backward();
      run();
      expect(() => detectAnomaly(run)).toThrow(AnomalyError);
      expect(() => detectAnomaly(run)).toThrow("Function 'SqrtBackward0' returned nan values");
      detectAnomaly(run, { checkNan: false });
      expect(autograd.isAnomalyEnabled()).toBe(false);
    }));

  it("shows the user's own frames first", () =>
    tidy(() => {
      const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const x = leaf([0]);
      const forward = function inMyModel() {
        return x.sqrt().mul(0).sum();
      };
      expect(() => detectAnomaly(() => forward().backward())).toThrow(AnomalyError);
      const text = String(warned.mock.calls[0]?.[0]);
      warned.mockRestore();
      expect(text).toMatch(/^Error detected in SqrtBackward0\. It was made by:\n +at .*inMyModel/);
      expect(text).not.toContain('core/dist');
    }));
});

describe('data', () => {
  it('has the values without the history', () =>
    tidy(() => {
      const x = leaf([1, 2]);
      const y = x.exp().sum();
      x.data.zero_();
      y.backward();
      expect(x.toArray()).toEqual([0, 0]);
      x.data = torch.ones(3);
      expect([x.shape, x.requiresGrad]).toEqual([[3], true]);
    }));
});
