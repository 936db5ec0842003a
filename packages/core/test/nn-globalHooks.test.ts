import { nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

const { modules } = nn;

class Failing extends nn.Module {
  readonly inner = new nn.Linear(3, 3);

  protected override forward(input: Tensor): Tensor {
    this.inner.call(input);
    throw new RangeError('no output');
  }
}

const pythonFailing = `
from torch.nn.modules import module as modules
class Failing(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(3, 3)
    def forward(self, x):
        self.inner(x)
        raise ValueError('no output')
result = []
def note(text):
    return lambda *args: result.append([text, args[-1] is None])
`;

describeWithOracle('hooks on all modules', (oracle) => {
  it('run before those of the module, in the order of Python', () =>
    oracle.compare(
      ({ x }) => {
        const order: unknown[] = [];
        const note = (text: string) => (module: nn.AnyModule) =>
          void order.push(`${text} ${module.constructor.name}`);
        const model = new nn.Sequential(new nn.Linear(3, 2), new nn.ReLU());
        for (const module of model.modules()) {
          module.registerForwardPreHook(note('own pre'));
          module.registerForwardHook(note('own forward'), { prepend: true });
          module.registerFullBackwardPreHook(note('own back pre'));
          module.registerFullBackwardHook(note('own back'));
        }
        const handles = [
          modules.registerModuleForwardPreHook(note('pre')),
          modules.registerModuleForwardHook(note('forward')),
          modules.registerModuleFullBackwardPreHook(note('back pre')),
          modules.registerModuleFullBackwardHook(note('back')),
        ];
        model.call(x.requiresGrad_()).sum().backward();
        for (const handle of handles) handle.remove();
        model.call(x);
        return order;
      },
      `from torch.nn.modules import module as modules
result = []
def note(text):
    return lambda m, *_: result.append(f'{text} {type(m).__name__}')
model = nn.Sequential(nn.Linear(3, 2), nn.ReLU())
for m in model.modules():
    m.register_forward_pre_hook(note('own pre'))
    m.register_forward_hook(note('own forward'), prepend=True)
    m.register_full_backward_pre_hook(note('own back pre'))
    m.register_full_backward_hook(note('own back'))
handles = [modules.register_module_forward_pre_hook(note('pre')),
    modules.register_module_forward_hook(note('forward')),
    modules.register_module_full_backward_pre_hook(note('back pre')),
    modules.register_module_full_backward_hook(note('back'))]
model(x.requires_grad_()).sum().backward()
for handle in handles:
    handle.remove()
model(x)`,
      { x: torch.randn([4, 3]) },
    ));

  it('replace inputs, outputs and gradients as in Python', () =>
    oracle.compare(
      ({ x }) => {
        const model = new nn.Sequential(new nn.Linear(3, 2), new nn.Tanh());
        using _pre = modules.registerModuleForwardPreHook((_, [input]) =>
          (input as Tensor).mul(1.5),
        );
        using _forward = modules.registerModuleForwardHook((_, __, output) =>
          (output as Tensor).add(0.25),
        );
        using _backPre = modules.registerModuleFullBackwardPreHook((_, [grad]) => [
          (grad as Tensor).mul(2),
        ]);
        using _back = modules.registerModuleFullBackwardHook((_, [grad]) => [
          (grad as Tensor).sub(0.125),
        ]);
        const y = model.call(x.requiresGrad_());
        y.square().sum().backward();
        return [y, x.grad, [...model.parameters()].map(({ grad }) => grad)];
      },
      `from torch.nn.modules import module as modules
model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
handles = [modules.register_module_forward_pre_hook(lambda m, i: i[0] * 1.5),
    modules.register_module_forward_hook(lambda m, i, o: o + 0.25),
    modules.register_module_full_backward_pre_hook(lambda m, go: (go[0] * 2,)),
    modules.register_module_full_backward_hook(lambda m, gi, go: (gi[0] - 0.125,))]
y = model(x.requires_grad_())
y.square().sum().backward()
result = [y, x.grad, [p.grad for p in model.parameters()]]
for handle in handles:
    handle.remove()`,
      { x: torch.randn([4, 3]) },
    ));

  it('and of modules run after a failure where they are always called, as in Python', () =>
    oracle.compare(
      ({ x }) => {
        const seen: unknown[] = [];
        const note = (text: string) => (_: unknown, __: unknown, output: unknown) =>
          void seen.push([text, output === null]);
        const model = new Failing();
        model.registerForwardHook(note('sometimes'));
        model.registerForwardHook(note('always'), { alwaysCall: true });
        model.registerForwardHook(note('first'), { alwaysCall: true, prepend: true });
        model.inner.registerForwardHook(note('inner'), { alwaysCall: true });
        using _always = modules.registerModuleForwardHook(note('all'), { alwaysCall: true });
        using _not = modules.registerModuleForwardHook(note('all, sometimes'));
        expect(() => model.call(x)).toThrow('no output');
        return seen;
      },
      `${pythonFailing}
model = Failing()
model.register_forward_hook(note('sometimes'))
model.register_forward_hook(note('always'), always_call=True)
model.register_forward_hook(note('first'), always_call=True, prepend=True)
model.inner.register_forward_hook(note('inner'), always_call=True)
handles = [modules.register_module_forward_hook(note('all'), always_call=True),
    modules.register_module_forward_hook(note('all, sometimes'))]
try:
    model(x)
except ValueError:
    pass
for handle in handles:
    handle.remove()`,
      { x: torch.randn([2, 3]) },
    ));

  it('that fail keep those from running twice that ran, as in Python', () =>
    oracle.compare(
      ({ x }) => {
        const seen: unknown[] = [];
        const note = (text: string) => (_: unknown, __: unknown, output: unknown) =>
          void seen.push([text, output === null]);
        const layer = new nn.Linear(3, 1);
        layer.registerForwardHook(note('before'), { alwaysCall: true });
        layer.registerForwardHook(() => {
          throw new RangeError('mine');
        });
        layer.registerForwardHook(note('after'), { alwaysCall: true });
        expect(() => layer.call(x)).toThrow('mine');
        return seen;
      },
      `${pythonFailing}
layer = nn.Linear(3, 1)
layer.register_forward_hook(note('before'), always_call=True)
def fail(*_):
    raise ValueError('mine')
layer.register_forward_hook(fail)
layer.register_forward_hook(note('after'), always_call=True)
try:
    layer(x)
except ValueError:
    pass`,
      { x: torch.randn([2, 3]) },
    ));
});

describe('a hook on all modules', () => {
  expectNoLeaks();

  it('passes over outputs that have no gradients to watch', () =>
    tidy(() => {
      class Named extends nn.Module<[input: Tensor], { value: Tensor }> {
        protected override forward(input: Tensor): { value: Tensor } {
          return { value: input.mul(2) };
        }
      }
      let calls = 0;
      using _ = modules.registerModuleFullBackwardHook(() => void calls++);
      const module = new Named();
      const x = torch.ones([2], { requiresGrad: true });
      module.call(x).value.sum().backward();
      expect(x.grad?.toArray()).toEqual([2, 2]);
      expect(calls).toBe(0);
      module.registerFullBackwardHook(() => {});
      expect(() => module.call(x)).toThrow('must give a Tensor or an array of them');
    }));

  it('that is always called and fails too is a warning, not the error', () =>
    tidy(() => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const model = new Failing();
      model.registerForwardHook(
        () => {
          throw new Error('second');
        },
        { alwaysCall: true },
      );
      expect(() => model.call(torch.ones([1, 3]))).toThrow('no output');
      expect(warn).toHaveBeenCalledWith(expect.stringContaining('Error: second'));
      warn.mockRestore();
    }));

  it('refuses what is no function', () => {
    expect(() => modules.registerModuleForwardHook(3 as never)).toThrow('a function, got number');
    const x = tensor([1]);
    expect(new nn.Identity().call(x)).toBe(x);
    x.dispose();
  });
});
