import { autograd, memory, nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

/** Two inputs, one of them no tensor, and two outputs. */
class Mixed extends nn.Module<[a: Tensor, factor: number, b: Tensor], readonly Tensor[]> {
  protected override forward(a: Tensor, factor: number, b: Tensor): readonly Tensor[] {
    return [a.mul(b).mul(factor), a.add(1), b.detach()];
  }
}

const pythonMixed = `
class Mixed(nn.Module):
    def forward(self, a, factor, b):
        return a * b * factor, a + 1, b.detach()
m = Mixed()
seen = []
`;

describeWithOracle('backward hooks', (oracle) => {
  it('see the gradients that Python sees', () =>
    oracle.compare(
      ({ a, b }) => {
        const seen: unknown[] = [];
        const m = new Mixed();
        m.registerFullBackwardPreHook((_, gradOutput) => {
          seen.push(['pre', ...gradOutput]);
        });
        m.registerFullBackwardHook((_, gradInput, gradOutput) => {
          seen.push(['full', ...gradInput, ...gradOutput]);
        });
        const [y] = m.call(a.requiresGrad_(), 2.5, b) as [Tensor];
        y.square().sum().backward();
        return [seen, a.grad];
      },
      `${pythonMixed}
m.register_full_backward_pre_hook(lambda mod, go: seen.append(['pre', *go]))
m.register_full_backward_hook(lambda mod, gi, go: seen.append(['full', *gi, *go]))
y = m(a.requires_grad_(), 2.5, b)[0]
y.square().sum().backward()
result = [seen, a.grad]`,
      { a: torch.randn([3]), b: torch.randn([3]) },
    ));

  it('replace gradients as in Python, one after the other', () =>
    oracle.compare(
      ({ x }) => {
        const m = new nn.Linear(3, 2);
        m.registerFullBackwardPreHook((_, [g]) => [(g as Tensor).mul(2)]);
        m.registerFullBackwardHook((_, [g], [o]) => [(g as Tensor).add((o as Tensor).sum())]);
        m.registerFullBackwardHook((_, [g]) => [(g as Tensor).mul(-3)]);
        m.call(x.requiresGrad_()).square().sum().backward();
        return [x.grad, m.weight.grad, m.bias?.grad];
      },
      `m = nn.Linear(3, 2)
m.register_full_backward_pre_hook(lambda mod, go: (go[0] * 2,))
m.register_full_backward_hook(lambda mod, gi, go: (gi[0] + go[0].sum(),))
m.register_full_backward_hook(lambda mod, gi, go: (gi[0] * -3,))
m(x.requires_grad_()).square().sum().backward()
result = [x.grad, m.weight.grad, m.bias.grad]`,
      { x: torch.randn([4, 3]) },
    ));

  it('run at the output where no input needs a gradient', () =>
    oracle.compare(
      ({ x }) => {
        const m = new nn.Linear(3, 2);
        const seen: unknown[] = [];
        m.registerFullBackwardHook((_, gradInput, gradOutput) => {
          seen.push([gradInput, gradOutput]);
        });
        m.call(x).square().sum().backward();
        return seen;
      },
      `m = nn.Linear(3, 2)
result = []
m.register_full_backward_hook(lambda mod, gi, go: result.append([list(gi), list(go)]))
m(x).square().sum().backward()`,
      { x: torch.randn([4, 3]) },
    ));

  it('of nested modules run in the order of Python', () =>
    oracle.compare(
      ({ x }) => {
        const order: string[] = [];
        const model = new nn.Sequential(new nn.Linear(3, 3), new nn.ReLU(), new nn.Linear(3, 1));
        for (const [name, module] of model.namedModules()) {
          module.registerForwardPreHook(() => void order.push(`pre ${name}`));
          module.registerForwardHook(() => void order.push(`forward ${name}`));
          module.registerFullBackwardPreHook(() => void order.push(`back pre ${name}`));
          module.registerFullBackwardHook(() => void order.push(`back ${name}`));
        }
        model.call(x.requiresGrad_()).sum().backward();
        return order;
      },
      `result = []
model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 1))
def note(text):
    return lambda *_: result.append(text)
for name, module in model.named_modules():
    module.register_forward_pre_hook(note(f'pre {name}'))
    module.register_forward_hook(note(f'forward {name}'))
    module.register_full_backward_pre_hook(note(f'back pre {name}'))
    module.register_full_backward_hook(note(f'back {name}'))
model(x.requires_grad_()).sum().backward()`,
      { x: torch.randn([2, 3]) },
    ));

  it('run in a double backward as in Python', () =>
    oracle.compare(
      ({ x }) => {
        const seen: unknown[] = [];
        const m = new nn.Linear(3, 2, { bias: false });
        m.registerFullBackwardHook((_, gradInput) => void seen.push(...gradInput));
        const y = m.call(x.requiresGrad_()).pow(3).sum();
        const [first] = autograd.grad(y, [x], { createGraph: true }) as [Tensor];
        first.square().sum().backward();
        return [seen, x.grad, m.weight.grad];
      },
      `seen = []
m = nn.Linear(3, 2, bias=False)
m.register_full_backward_hook(lambda mod, gi, go: seen.extend(gi))
first, = torch.autograd.grad(m(x.requires_grad_()).pow(3).sum(), x, create_graph=True)
first.square().sum().backward()
result = [seen, x.grad, m.weight.grad]`,
      { x: torch.randn([4, 3]) },
      { absolute: 1e-3, relative: 1e-4 },
    ));
});

describe('forward hooks', () => {
  const before = memory.liveTensors();
  afterAll(() => {
    globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  it('run in the order of registration, prepended ones first', () =>
    tidy(() => {
      const layer = new nn.Identity();
      const order: string[] = [];
      const note = (text: string) => () => void order.push(text);
      layer.registerForwardHook(note('b'));
      layer.registerForwardHook(note('c'));
      layer.registerForwardHook(note('a'), { prepend: true });
      layer.registerForwardPreHook(note('pre'));
      layer.call(tensor([1]));
      expect(order).toEqual(['pre', 'a', 'b', 'c']);
    }));

  it('replace inputs, one or all of them, and outputs', () =>
    tidy(() => {
      const loss = new nn.MSELoss();
      loss.registerForwardPreHook((_, [input, target]) => [input.mul(2), target]);
      loss.registerForwardHook((_, __, output) => output.add(100));
      expect(loss.call(tensor([1]), tensor([0])).item()).toBe(104);
      const relu = new nn.ReLU();
      relu.registerForwardPreHook((_, [input]) => input.neg());
      expect(relu.call(tensor([-3])).item()).toBe(3);
    }));

  it('are handed the module, the inputs and the output', () =>
    tidy(() => {
      const layer = new nn.ReLU();
      const x = tensor([-1]);
      let seen: unknown[] = [];
      layer.registerForwardHook((module, inputs, output) => {
        seen = [module, inputs, output.item()];
      });
      layer.call(x);
      expect(seen[0]).toBe(layer);
      expect((seen[1] as unknown[])[0]).toBe(x);
      expect(seen[2]).toBe(0);
    }));

  it('end with remove(), and with using', () =>
    tidy(() => {
      const layer = new nn.Identity();
      let calls = 0;
      const handle = layer.registerForwardHook(() => void calls++);
      const x = tensor([1]);
      layer.call(x);
      handle.remove();
      handle.remove();
      layer.call(x);
      expect(calls).toBe(1);
      {
        using _ = layer.registerForwardHook(() => void calls++);
        layer.call(x);
      }
      layer.call(x);
      expect(calls).toBe(2);
    }));

  it('that remove themselves do not disturb the others', () =>
    tidy(() => {
      const layer = new nn.Identity();
      const order: string[] = [];
      const handle = layer.registerForwardHook(() => {
        order.push('once');
        handle.remove();
      });
      layer.registerForwardHook(() => void order.push('always'));
      layer.call(tensor([1]));
      layer.call(tensor([1]));
      expect(order).toEqual(['once', 'always', 'always']);
    }));

  it('that throw reach the caller, and the next call works', () =>
    tidy(() => {
      const own = new RangeError('mine');
      const layer = new nn.Linear(2, 1);
      const x = torch.ones([1, 2], { requiresGrad: true });
      const fail = () => {
        throw own;
      };
      for (const register of [
        () => layer.registerForwardPreHook(fail),
        () => layer.registerForwardHook(fail),
        () => layer.registerFullBackwardPreHook(fail),
        () => layer.registerFullBackwardHook(fail),
      ]) {
        using _ = register();
        expect(() => layer.call(x).sum().backward()).toThrow(own);
      }
      layer.zeroGrad();
      layer.call(x).sum().backward();
      expect(layer.bias?.grad?.toArray()).toEqual([1]);
    }));

  it('refuse what is no function, and gradients that do not fit', () =>
    tidy(() => {
      const layer = new nn.Linear(2, 1);
      const x = torch.ones([1, 2], { requiresGrad: true });
      expect(() => layer.registerForwardHook(3 as never)).toThrow('must be a function, got number');
      const run = () => layer.call(x).sum().backward();
      {
        using _ = layer.registerFullBackwardHook(() => []);
        expect(run).toThrow('an array of 1 gradients, each a Tensor or null; got an array of 0');
      }
      {
        using _ = layer.registerFullBackwardPreHook(() => torch.ones([1, 1]) as never);
        expect(run).toThrow('backward pre-hook must return');
      }
      using _ = layer.registerFullBackwardHook(() => [torch.ones([1, 2])]);
      expect(() => layer.call(x.detach()).sum().backward()).toThrow('cannot replace gradients');
    }));

  it('leave nothing behind', () => {
    const x = torch.ones([1, 2], { requiresGrad: true });
    const layer = new nn.Linear(2, 1);
    layer.registerFullBackwardHook((_, gradInput) => gradInput);
    const step = () => {
      tidy(() => layer.call(x).sum().backward());
      x.grad = null;
      layer.zeroGrad();
    };
    step();
    const live = memory.liveTensors();
    for (let i = 0; i < 20; i++) step();
    expect(memory.liveTensors()).toBe(live);
    layer.dispose();
    x.dispose();
  });
});
