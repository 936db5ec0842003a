import { nn, type Tensor, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

class Branches extends nn.Module {
  readonly branches = new nn.ModuleDict({ left: new nn.Linear(3, 2), right: new nn.Linear(3, 2) });
  readonly scales = new nn.ParameterList([torch.rand([2]), new nn.Parameter(torch.rand([]))]);
  readonly shifts = new nn.ParameterDict([
    ['up', torch.rand([2, 1])],
    ['down', torch.rand([2])],
  ]);

  protected override forward(input: Tensor) {
    const { branches, scales, shifts } = this;
    const left = branches.get('left').call(input).mul(scales.at(0)).add(shifts.get('up'));
    const right = branches.get('right').call(input).mul(scales.at(-1)).add(shifts.get('down'));
    return left.add(right);
  }
}

const pythonBranches = `class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.branches = nn.ModuleDict({'left': nn.Linear(3, 2), 'right': nn.Linear(3, 2)})
        self.scales = nn.ParameterList([torch.rand(2), nn.Parameter(torch.rand(()))])
        self.shifts = nn.ParameterDict([('up', torch.rand(2, 1)), ('down', torch.rand(2))])
    def forward(self, x):
        left = self.branches['left'](x) * self.scales[0] + self.shifts['up']
        return left + self.branches['right'](x) * self.scales[-1] + self.shifts['down']
`;

describeWithOracle('containers', (oracle) => {
  it('hold parts that are named, trained and printed as in Python', () =>
    oracle.compare(
      ({ x }) => {
        const model = new Branches();
        const y = model.call(x);
        y.square().sum().backward();
        const names = [...model.namedParameters()].map(([name]) => name);
        const state = Object.entries(model.stateDict());
        return [y, ...stateOf(model), names, state.flat(), model.toString()];
      },
      `${pythonBranches}${pythonState}m = Branches()
y = m(x)
y.square().sum().backward()
names = [name for name, _ in m.named_parameters()]
result = [y, *state(m), names, [a for kv in m.state_dict().items() for a in kv], repr(m)]`,
      { x: torch.randn([2, 3]) },
      { absolute: 1e-4 },
    ));

  it('print as in Python where they are empty, have one part or others', () =>
    oracle.compare(
      ({ x }) =>
        [
          new nn.ModuleDict(),
          new nn.ModuleDict({ a: new nn.ReLU(), b: new nn.ReLU() }),
          new nn.ParameterList(),
          new nn.ParameterList([x]),
          new nn.ParameterDict(),
          new nn.ParameterDict({ x }),
          new nn.ParameterDict(
            ['float64', 'float16', 'bfloat16', 'complex64', 'complex128'].map((dtype) => [
              `a_${dtype}`,
              x.to(dtype as 'float64'),
            ]),
          ),
          new nn.ParameterDict(
            ['uint8', 'int8', 'int16', 'int32', 'int64', 'bool'].map((dtype) => [
              `a_${dtype}`,
              new nn.Parameter(x.to(dtype as 'uint8'), false),
            ]),
          ),
        ].map(String),
      `P = lambda d: nn.Parameter(x.to(getattr(torch, d)), requires_grad=False)
ms = [nn.ModuleDict(), nn.ModuleDict({'a': nn.ReLU(), 'b': nn.ReLU()}), nn.ParameterList(), nn.ParameterList([x]),
nn.ParameterDict(), nn.ParameterDict({'x': x}),
nn.ParameterDict([('a_' + d, P(d)) for d in ['float64', 'float16', 'bfloat16', 'complex64', 'complex128']]),
nn.ParameterDict([('a_' + d, P(d)) for d in ['uint8', 'int8', 'int16', 'int32', 'int64', 'bool']])]
result = [repr(m) for m in ms]`,
      { x: torch.rand([2, 3]) },
    ));

  it('a ModuleDict is used as a Map', () => {
    const [first, second] = [new nn.ReLU(), new nn.Identity()];
    const modules = new nn.ModuleDict<nn.Module>({ first });
    expect(modules.set('second', second)).toBe(modules);
    expect([...modules]).toEqual([
      ['first', first],
      ['second', second],
    ]);
    expect([...modules.keys()]).toEqual(['first', 'second']);
    expect([...modules.values()]).toEqual([first, second]);
    expect(modules.size).toBe(2);
    expect(modules.get('second')).toBe(second);
    expect(modules.has('third')).toBe(false);
    modules.update([['first', second]]);
    expect(modules.pop('first')).toBe(second);
    expect([...modules.namedChildren()]).toEqual([['second', second]]);
    expect(modules.delete('second')).toBe(true);
    expect(modules.delete('second')).toBe(false);
    modules.update(new nn.ModuleDict<nn.Module>({ first, second })).clear();
    expect(modules.size).toBe(0);
  });

  it('parameter containers share the memory of tensors and keep parameters', () => {
    using x = torch.zeros([2]);
    using parameter = new nn.Parameter(x);
    using list = new nn.ParameterList();
    list.append(parameter).extend([x]);
    expect(list.length).toBe(2);
    expect(list.at(0)).toBe(parameter);
    expect(list[1]).toBe(list.at(-1));
    x.fill_(3);
    expect([...list].map((item) => item.toArray())).toEqual([
      [3, 3],
      [3, 3],
    ]);
    expect(list.at(1).requiresGrad).toBe(true);
    using dict = new nn.ParameterDict({ parameter, x });
    expect(dict.get('parameter')).toBe(parameter);
    expect([...dict.parameters()].length).toBe(2);
    expect(dict.pop('parameter')).toBe(parameter);
    expect([...dict.keys()]).toEqual(['x']);
  });

  it('refuse what does not fit', () => {
    const modules = new nn.ModuleDict<nn.Module>({ a: new nn.ReLU(), b: new nn.ReLU() });
    expect(() => modules.get('c')).toThrow("ModuleDict has no part 'c', but 'a', 'b'");
    expect(() => new nn.ModuleDict().pop('toString')).toThrow("no part 'toString', but none");
    expect(() => modules.set('a.b', new nn.ReLU())).toThrow('a text without dots');
    expect(() => modules.set('training', new nn.ReLU())).toThrow('something else under the name');
    expect(() => modules.set('get', new nn.ReLU())).toThrow('something else under the name');
    expect(() => modules.set('c', 3 as never)).toThrow("submodule 'c' must be a Module, got 3");
    expect(() => modules.call()).toThrow('a ModuleDict cannot be called');
    const list = new nn.ParameterList();
    expect(() => list.append(3 as never)).toThrow("parameter '0' must be a Tensor, got 3");
    expect(() => list.at(0)).toThrow('index 0 is out of range of 0 parameters');
    expect(() => list.call()).toThrow('a ParameterList cannot be called');
    const dict = new nn.ParameterDict();
    expect(() => dict.set('x', [1] as never)).toThrow("parameter 'x' must be a Tensor");
    expect(() => dict.get('x')).toThrow("ParameterDict has no part 'x', but none");
  });
});
