import {
  AutogradError,
  autograd,
  type FunctionContext,
  memory,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

class Cube extends autograd.Function {
  static forward(context: FunctionContext, x: Tensor): Tensor {
    context.saveForBackward(x);
    return x.pow(3);
  }

  static backward(context: FunctionContext, grad: Tensor): Tensor {
    const [x] = context.savedTensors as [Tensor];
    return grad.mul(x.square()).mul(3);
  }
}

class ScaledSum extends autograd.Function {
  static needed: readonly boolean[] = [];

  static forward(
    context: FunctionContext,
    a: Tensor,
    factor: number,
    b: Tensor,
  ): readonly Tensor[] {
    ScaledSum.needed = context.needsInputGrad;
    const order = a.argsort();
    context.markNonDifferentiable(order);
    context.setMaterializeGrads(false);
    return [a.add(b).mul(factor), a.sub(b), order];
  }

  static backward(_: FunctionContext, sum: Tensor | null, difference: Tensor | null) {
    return [sum?.mul(2), null, difference];
  }
}

class AddOne extends autograd.Function {
  static forward(context: FunctionContext, x: Tensor): Tensor {
    context.markDirty(x);
    return x.add_(1);
  }

  static backward(_: FunctionContext, grad: Tensor): Tensor {
    return grad;
  }
}

class Same extends autograd.Function {
  static forward(_: FunctionContext, x: Tensor): Tensor {
    return x;
  }

  static backward(_: FunctionContext, grad: Tensor): Tensor {
    return grad.mul(10);
  }
}

const leaf = (data: number[]) => tensor(data, { requiresGrad: true });

describe('a custom function', () => {
  it('has its own gradient, and the gradient of that', () =>
    tidy(() => {
      const x = leaf([2]);
      const y = Cube.apply(x);
      expect([y.item(), y.gradFn]).toEqual([8, 'CubeBackward']);
      const [first] = autograd.grad(y, x, { createGraph: true });
      expect(first?.item()).toBe(12);
      const [second] = autograd.grad(first as Tensor, x, { createGraph: true });
      expect(second?.item()).toBe(12);
    }));

  it('passes gradcheck against differences', () =>
    tidy(() => {
      const x = tensor([0.5, -1.5], { dtype: 'float64', requiresGrad: true });
      Cube.apply(x).sum().backward();
      const step = 1e-6;
      const at = (shift: number) => Cube.apply(x.detach().add(shift));
      const slope = at(step)
        .sub(at(-step))
        .div(2 * step);
      expect(slope.allclose(x.grad as Tensor)).toBe(true);
    }));

  it('takes other arguments and gives several outputs', () =>
    tidy(() => {
      const [a, b] = [leaf([3, 1]), torch.ones(2)];
      const [sum, difference, order] = ScaledSum.apply(a, 2, b) as [Tensor, Tensor, Tensor];
      expect(ScaledSum.needed).toEqual([true, false, false]);
      expect([sum.toArray(), difference.toArray(), order.toArray()]).toEqual([[8, 4], [2, 0], [1, 0]]); // biome-ignore format: rows
      expect([sum.requiresGrad, order.requiresGrad]).toEqual([true, false]);
      sum.sum().backward();
      expect(a.grad?.toArray()).toEqual([2, 2]);
    }));

  it('can change an input in place', () =>
    tidy(() => {
      const x = leaf([1]);
      const y = x.mul(2);
      const z = AddOne.apply(y);
      expect(z === y).toBe(true);
      z.mul(5).backward();
      expect([z.item(), z.gradFn, x.grad?.item()]).toEqual([3, 'AddOneBackward', 10]);
    }));

  it('does not keep what it changed in place alive', async () => {
    const before = memory.liveTensors();
    (() => {
      for (let i = 0; i < 20; i++) AddOne.apply(leaf([1]).mul(2));
    })();
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(memory.liveTensors() - before).toBeLessThanOrEqual(2);
  });

  it('can give an input back', () =>
    tidy(() => {
      const x = leaf([1]);
      const y = Same.apply(x);
      expect(y === x).toBe(false);
      y.backward();
      expect([x.isLeaf, x.grad?.item()]).toEqual([true, 10]);
    }));

  it('works without recording', () =>
    tidy(() => {
      expect(Cube.apply(torch.full([1], 2.5)).requiresGrad).toBe(false);
      expect(torch.noGrad(() => Cube.apply(leaf([2]))).requiresGrad).toBe(false);
    }));

  it('notices that a saved tensor was changed', () =>
    tidy(() => {
      const x = leaf([2]);
      const y = x.mul(1);
      const z = Cube.apply(y);
      y.add_(1);
      expect(() => z.backward()).toThrow(AutogradError);
    }));

  it('lets its own errors through as they are', () =>
    tidy(() => {
      const error = new RangeError('mine');
      class Failing extends autograd.Function {
        static forward(_: FunctionContext, x: Tensor): Tensor {
          return x.clone();
        }
        static backward(): Tensor {
          throw error;
        }
      }
      let caught: unknown;
      try {
        Failing.apply(leaf([1])).backward();
      } catch (thrown) {
        caught = thrown;
      }
      expect(caught).toBe(error);
    }));

  it('must give one gradient for each argument', () =>
    tidy(() => {
      class TooFew extends autograd.Function {
        static forward(_: FunctionContext, a: Tensor, b: Tensor): Tensor {
          return a.add(b);
        }
        static backward(_: FunctionContext, grad: Tensor): Tensor {
          return grad;
        }
      }
      expect(() => TooFew.apply(leaf([1]), leaf([1])).backward()).toThrow('expected 2, got 1');
    }));
});
