import {
  keep,
  memory,
  Scope,
  type Tensor,
  TensorDisposedError,
  tensorsOf,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

describe('tidy()', () => {
  it('frees what was made, and keeps what is returned', () => {
    let inner: Tensor | undefined;
    using result = tidy(() => {
      inner = torch.zeros(2);
      return inner.add(1);
    });
    expect(inner?.isDisposed).toBe(true);
    expect(result.toArray()).toEqual([1, 1]);
    expect(() => inner?.add(1)).toThrow(TensorDisposedError);
  });

  it('finds tensors in arrays, objects, Maps, Sets and holders', () => {
    class Holder {
      readonly tensor = torch.zeros(1);
      *[tensorsOf]() {
        yield this.tensor;
      }
    }
    const before = memory.liveTensors();
    const { list, map, set, holder } = tidy(() => {
      torch.zeros(3);
      const holder = new Holder();
      return {
        list: [torch.zeros(1), [torch.zeros(1)]] as const,
        map: new Map([['a', torch.zeros(1)]]),
        set: new Set([torch.zeros(1)]),
        holder,
        other: 3,
      };
    });
    expect(memory.liveTensors() - before).toBe(5);
    for (const t of [list[0], ...list[1], ...map.values(), ...set, holder.tensor]) t.dispose();
    expect(memory.liveTensors()).toBe(before);
  });

  it('passes tensors from scope to scope', () => {
    using result = tidy(() => {
      const a = tidy(() => torch.ones(1).add(1));
      return tidy(() => a.mul(torch.full([1], 2)));
    });
    expect(result.item()).toBe(4);
  });

  it('frees everything when the function throws', () => {
    const before = memory.liveTensors();
    expect(() =>
      tidy(() => {
        torch.zeros(1);
        throw new Error('mine');
      }),
    ).toThrow('mine');
    expect(memory.liveTensors()).toBe(before);
  });

  it('leaves tensors from outside alone', () => {
    using outside = torch.zeros(1);
    expect(tidy(() => outside) === outside).toBe(true);
    expect(outside.isDisposed).toBe(false);
  });

  it('refuses async functions and promises', () => {
    const before = memory.liveTensors();
    expect(() => tidy(async () => torch.zeros(1))).toThrow('takes a synchronous function');
    expect(() => tidy(() => Promise.resolve(torch.zeros(1)))).toThrow(TypeError);
    expect(memory.liveTensors()).toBe(before);
  });
});

describe('keep()', () => {
  it('takes a tensor out of every scope', () => {
    const kept: Tensor[] = [];
    tidy(() => tidy(() => kept.push(keep(torch.ones(1)))));
    const [tensor] = kept as [Tensor];
    expect(tensor.item()).toBe(1);
    expect(keep(tensor) === tensor).toBe(true);
    tensor.dispose();
  });
});

describe('using', () => {
  it('ends a scope, and keeps what it is told to', () => {
    let lost: Tensor | undefined;
    const make = () => {
      using scope = new Scope();
      lost = torch.zeros(1);
      return scope.keep(torch.ones(1));
    };
    using made = make();
    expect(lost?.isDisposed).toBe(true);
    expect(made.item()).toBe(1);
  });

  it('frees one tensor', () => {
    const before = memory.liveTensors();
    {
      using t = torch.zeros(1);
      expect(memory.liveTensors()).toBe(before + 1);
      expect(t.isDisposed).toBe(false);
    }
    expect(memory.liveTensors()).toBe(before);
  });

  it('scopes must end in order', () => {
    const outer = new Scope();
    const inner = new Scope();
    expect(() => outer[Symbol.dispose]()).toThrow('scopes must end in the reverse order');
    inner[Symbol.dispose]();
    outer[Symbol.dispose]();
    outer[Symbol.dispose]();
  });
});

describe('dispose()', () => {
  it('works once, and again without effect', () => {
    const t = torch.zeros(1);
    t.dispose();
    t.dispose();
    expect(t.isDisposed).toBe(true);
    expect(String(t)).toBe('tensor(disposed)');
    expect(() => t.shape).toThrow(TensorDisposedError);
  });

  it('leaves views and results alone', () => {
    const base = torch.ones(2, 2);
    using row = base.at(0);
    base.dispose();
    expect(row.toArray()).toEqual([1, 1]);
  });
});

describe('the garbage collector', () => {
  it('frees what no scope owns', async () => {
    const before = memory.liveTensors();
    (() => {
      for (let i = 0; i < 100; i++) torch.zeros(1);
    })();
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
    using marker = torch.zeros(1);
    expect(memory.liveTensors() - before).toBeLessThanOrEqual(2);
    expect(marker.item()).toBe(0);
  });
});
