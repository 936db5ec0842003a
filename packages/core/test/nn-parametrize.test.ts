import { memory, nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const { parametrize: P, parametrizations: Q } = nn.utils;
const tolerance = { absolute: 1e-4, relative: 1e-4 };

const python = `import torch.nn.utils.parametrize as P
import torch.nn.utils.parametrizations as Q
${pythonState}`;

class Symmetric extends nn.Module {
  protected override forward(x: Tensor): Tensor {
    return x.triu().add(x.triu(1).mT);
  }

  rightInverse(x: Tensor): Tensor {
    return x.triu();
  }
}

class Exponential extends nn.Module {
  protected override forward(x: Tensor): Tensor {
    return x.exp();
  }
}

/** The product of two vectors. */
class RankOne extends nn.Module<[Tensor, Tensor]> {
  protected override forward(x: Tensor, y: Tensor): Tensor {
    return x.unsqueeze(-1).mul(y);
  }

  rightInverse(z: Tensor): readonly Tensor[] {
    return [z.sum(1), z.sum(0)];
  }
}

const pythonClasses = `${python}
class Symmetric(nn.Module):
    def forward(self, x): return x.triu() + x.triu(1).mT
    def right_inverse(self, x): return x.triu()
class Exponential(nn.Module):
    def forward(self, x): return x.exp()
class RankOne(nn.Module):
    def forward(self, x, y): return x.unsqueeze(-1) * y
    def right_inverse(self, z): return z.sum(1), z.sum(0)
`;

type Layer = nn.Linear | nn.Conv2d | nn.ConvTranspose2d;

/** Two training passes with gradients, evaluation, state, names and text. */
function use(layer: Layer, x: Tensor): unknown[] {
  layer.call(x).sin().sum().backward();
  const y = layer.call(x);
  y.cos().sum().backward();
  const names = [...layer.namedParameters()].map(([name]) => name);
  const state = [...stateOf(layer), Object.keys(layer.stateDict()), names, layer.toString()];
  return [y, ...state, layer.eval().call(x), layer.weight];
}

const pythonUse = `m(x).sin().sum().backward()
y = m(x)
y.cos().sum().backward()
names = [n for n, _ in m.named_parameters()]
result = [y, *state(m), list(m.state_dict()), names, repr(m), m.eval()(x), m.weight]`;

const cases: readonly (readonly [string, () => Layer, readonly number[]])[] = [
  ['Q.weight_norm(nn.Linear(4, 3))', () => Q.weightNorm(new nn.Linear(4, 3)), [2, 4]],
  [
    'Q.weight_norm(nn.Linear(4, 3, bias=False), dim=None)',
    () => Q.weightNorm(new nn.Linear(4, 3, { bias: false }), { dim: null }),
    [2, 4],
  ],
  [
    'Q.weight_norm(nn.Conv2d(2, 3, 2), dim=1)',
    () => Q.weightNorm(new nn.Conv2d(2, 3, 2), { dim: 1 }),
    [2, 2, 4, 4],
  ],
  [
    "Q.weight_norm(Q.weight_norm(nn.Linear(4, 3)), 'bias')",
    () => Q.weightNorm(Q.weightNorm(new nn.Linear(4, 3)), { name: 'bias' }),
    [2, 4],
  ],
  ['Q.spectral_norm(nn.Linear(4, 3))', () => Q.spectralNorm(new nn.Linear(4, 3)), [2, 4]],
  [
    'Q.spectral_norm(nn.Conv2d(2, 3, 2), n_power_iterations=3, eps=1e-3, dim=-2)',
    () => Q.spectralNorm(new nn.Conv2d(2, 3, 2), { nPowerIterations: 3, eps: 1e-3, dim: -2 }),
    [2, 2, 4, 4],
  ],
  [
    'Q.spectral_norm(nn.ConvTranspose2d(2, 3, 2))',
    () => Q.spectralNorm(new nn.ConvTranspose2d(2, 3, 2)),
    [2, 2, 4, 4],
  ],
  [
    "Q.spectral_norm(nn.Linear(4, 3), 'bias')",
    () => Q.spectralNorm(new nn.Linear(4, 3), { name: 'bias' }),
    [2, 4],
  ],
  ...([true, false] as const).flatMap((trivial) => {
    const given = `use_trivialization=${trivial ? 'True' : 'False'}`;
    const options = { useTrivialization: trivial };
    return (['matrixExp', 'cayley', 'householder'] as const).flatMap((orthogonalMap) => {
      const name = orthogonalMap === 'matrixExp' ? 'matrix_exp' : orthogonalMap;
      return [
        [4, 4],
        [4, 2],
        [2, 5],
      ].map(
        ([i = 0, o = 0]) =>
          [
            `Q.orthogonal(nn.Linear(${i}, ${o}), orthogonal_map='${name}', ${given})`,
            () => Q.orthogonal(new nn.Linear(i, o), { ...options, orthogonalMap }),
            [3, i],
          ] as const,
      );
    });
  }),
  ['Q.orthogonal(nn.Linear(4, 3))', () => Q.orthogonal(new nn.Linear(4, 3)), [2, 4]],
  ['Q.orthogonal(nn.Conv2d(2, 3, 2))', () => Q.orthogonal(new nn.Conv2d(2, 3, 2)), [2, 2, 3, 3]],
];

describeWithOracle('parametrizations', (oracle) => {
  it.each(cases)('%s', (name, make, shape) =>
    oracle.compare(
      ({ x }) => use(make(), x),
      `${python}m = ${name}\n${pythonUse}`,
      { x: torch.randn(shape) },
      tolerance,
    ),
  );

  it('one of our own, and a further one on it', () =>
    oracle.compare(
      ({ x }) => {
        const layer = P.registerParametrization(new nn.Linear(3, 3), 'weight', new Symmetric());
        const first = [layer.weight, layer.toString()];
        P.registerParametrization(layer, 'weight', new Exponential());
        return [...first, ...use(layer, x)];
      },
      `${pythonClasses}m = P.register_parametrization(nn.Linear(3, 3), 'weight', Symmetric())
first = [m.weight, repr(m)]
P.register_parametrization(m, 'weight', Exponential())
${pythonUse}
result = [*first, *result]`,
      { x: torch.randn([2, 3]) },
      tolerance,
    ));

  it('one of several tensors, of a buffer and a parameter', () =>
    oracle.compare(
      ({ x }) => {
        const layer = P.registerParametrization(new nn.Linear(3, 4), 'weight', new RankOne());
        const norm = new nn.BatchNorm1d(4);
        P.registerParametrization(norm, 'runningVar', new Exponential());
        const model = new nn.Sequential(layer, norm).eval();
        const y = model.call(x);
        y.sin().sum().backward();
        return [y, ...stateOf(model), Object.keys(model.stateDict()), model.toString()];
      },
      `${pythonClasses}l, n = P.register_parametrization(nn.Linear(3, 4), 'weight', RankOne()), nn.BatchNorm1d(4)
P.register_parametrization(n, 'running_var', Exponential())
m = nn.Sequential(l, n).eval()
y = m(x)
y.sin().sum().backward()
result = [y, *state(m), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([2, 3]) },
      tolerance,
    ));

  it.each([true, false])('removal, leaveParametrized %s', (leave) =>
    oracle.compare(
      ({ x }) => {
        const plain = new nn.Linear(3, 3);
        const { weight } = plain;
        const layer = P.registerParametrization(plain, 'weight', new Symmetric());
        const before = [P.isParametrized(layer), P.isParametrized(layer, 'bias')];
        P.removeParametrizations(layer, 'weight', { leaveParametrized: leave });
        const state = [...stateOf(layer), Object.keys(layer.stateDict()), layer.toString()];
        return [layer.call(x), ...state, before, P.isParametrized(layer), layer.weight === weight];
      },
      `${pythonClasses}m = nn.Linear(3, 3)
w = m.weight
P.register_parametrization(m, 'weight', Symmetric())
before = [P.is_parametrized(m), P.is_parametrized(m, 'bias')]
P.remove_parametrizations(m, 'weight', leave_parametrized=${leave ? 'True' : 'False'})
result = [m(x), *state(m), list(m.state_dict()), repr(m), before, P.is_parametrized(m), m.weight is w]`,
      { x: torch.randn([2, 3]) },
      tolerance,
    ),
  );

  it('removal of one of several tensors', () =>
    oracle.compare(
      ({ x }) => {
        const layer = Q.weightNorm(new nn.Linear(3, 4));
        P.removeParametrizations(layer, 'weight');
        layer.call(x).sin().sum().backward();
        return [...stateOf(layer), Object.keys(layer.stateDict()), layer.toString()];
      },
      `${python}m = Q.weight_norm(nn.Linear(3, 4))
P.remove_parametrizations(m, 'weight')
m(x).sin().sum().backward()
result = [*state(m), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([2, 3]) },
      tolerance,
    ));

  it('assignment goes through the inverse', () =>
    oracle.compare(
      ({ w, v }) => {
        const layer = P.registerParametrization(new nn.Linear(3, 3), 'weight', new Symmetric());
        (layer as { weight: Tensor }).weight = w;
        const normed = Q.weightNorm(new nn.Linear(3, 4));
        (normed as { weight: Tensor }).weight = v;
        return [...stateOf(layer), layer.weight, ...stateOf(normed), normed.weight];
      },
      `${pythonClasses}m = P.register_parametrization(nn.Linear(3, 3), 'weight', Symmetric())
m.weight = w
n = Q.weight_norm(nn.Linear(3, 4))
n.weight = v
result = [*state(m), m.weight, *state(n), n.weight]`,
      { w: torch.randn([3, 3]), v: torch.randn([4, 3]) },
      tolerance,
    ));

  it('train, and their state dictionary goes to another', () =>
    oracle.compare(
      ({ x }) => {
        const make = () =>
          new nn.Sequential(
            Q.spectralNorm(new nn.Linear(4, 3)),
            Q.orthogonal(Q.weightNorm(new nn.Linear(3, 3), { name: 'bias' })),
          );
        const model = make();
        using optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
        for (let step = 0; step < 5; step++) {
          optimizer.zeroGrad();
          P.cached(() => model.call(x).square().sum().backward());
          optimizer.step();
        }
        const other = make();
        other.loadStateDict(model.stateDict());
        return [
          ...model.parameters(),
          ...model.buffers(),
          model.eval().call(x),
          other.eval().call(x),
        ];
      },
      `${python}make = lambda: nn.Sequential(Q.spectral_norm(nn.Linear(4, 3)), Q.orthogonal(Q.weight_norm(nn.Linear(3, 3), 'bias')))
m = make()
opt = torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9)
for _ in range(5):
    opt.zero_grad()
    with P.cached(): m(x).square().sum().backward()
    opt.step()
o = make()
o.load_state_dict(m.state_dict())
result = [*m.parameters(), *m.buffers(), m.eval()(x), o.eval()(x)]`,
      { x: torch.randn([5, 4]) },
      { absolute: 1e-3, relative: 1e-3 },
    ));

  it('cached computes the tensor once', () =>
    oracle.compare(
      ({ x }) => {
        const layer = Q.spectralNorm(new nn.Linear(3, 3));
        const y = P.cached(() => layer.call(layer.call(x)));
        y.sum().backward();
        return [y, ...stateOf(layer)];
      },
      `${python}m = Q.spectral_norm(nn.Linear(3, 3))
with P.cached(): y = m(m(x))
y.sum().backward()
result = [y, *state(m)]`,
      { x: torch.randn([2, 3]) },
      tolerance,
    ));

  it.each([
    ['Q.weight_norm', Q.weightNorm],
    ['Q.spectral_norm', Q.spectralNorm],
    ['Q.orthogonal', Q.orthogonal],
    ['U.weight_norm', nn.utils.weightNorm],
    ['U.spectral_norm', nn.utils.spectralNorm],
  ] as const)('a copy of %s is parametrized by tensors of its own', (name, parametrize) =>
    oracle.compare(
      ({ x }) => {
        const model = new nn.Sequential(parametrize(new nn.Linear(4, 3)));
        const copy = model.clone();
        copy.call(x).sin().sum().backward();
        return [
          ...stateOf(copy),
          ...stateOf(model),
          Object.keys(copy.stateDict()),
          copy.toString(),
        ];
      },
      `${python}import copy
import torch.nn.utils as U
m = nn.Sequential(${name}(nn.Linear(4, 3)))
c = copy.deepcopy(m) if '${name[0]}' == 'Q' else nn.Sequential(${name}(nn.Linear(4, 3)))
c.load_state_dict(m.state_dict())
c(x).sin().sum().backward()
result = [*state(c), *state(m), list(c.state_dict()), repr(c)]`,
      { x: torch.randn([2, 4]) },
      tolerance,
    ),
  );

  it('loads the state of the older weightNorm', () =>
    oracle.compare(
      ({ g, v, b }) => {
        const model = new nn.Sequential(Q.weightNorm(new nn.Linear(3, 4)));
        model.loadStateDict({ '0.weight_g': g, '0.weight_v': v, '0.bias': b });
        return [...model.parameters()];
      },
      `${python}m = nn.Sequential(Q.weight_norm(nn.Linear(3, 4)))
m.load_state_dict({'0.weight_g': g, '0.weight_v': v, '0.bias': b})
result = [*m.parameters()]`,
      { g: torch.randn([4, 1]), v: torch.randn([4, 3]), b: torch.randn([4]) },
    ));
});

describe('parametrizations alone', () => {
  it('are removed from one of two copies', () =>
    tidy(() => {
      // In training, reading the weight to remove it would take a step of the power method.
      const layer = Q.weightNorm(Q.spectralNorm(new nn.Linear(3, 3)), { name: 'bias' }).eval();
      const copy = layer.clone();
      P.removeParametrizations(layer, 'weight');
      expect(P.isParametrized(layer, 'weight')).toBe(false);
      expect(P.isParametrized(copy, 'weight')).toBe(true);
      const { weight } = copy;
      expect(weight.allclose(layer.weight)).toBe(true);
      expect(weight).not.toBeInstanceOf(nn.Parameter);
      expect(layer.weight).toBeInstanceOf(nn.Parameter);
    }));

  it('keep the class and give it back', () =>
    tidy(() => {
      const layer = Q.spectralNorm(new nn.Linear(3, 3));
      expect(layer).toBeInstanceOf(nn.Linear);
      expect(layer.constructor.name).toBe('ParametrizedLinear');
      expect(P.typeBeforeParametrizations(layer)).toBe(nn.Linear);
      P.removeParametrizations(layer, 'weight');
      expect(layer.constructor).toBe(nn.Linear);
      expect(P.typeBeforeParametrizations(layer)).toBe(nn.Linear);
      expect('parametrizations' in layer).toBe(false);
    }));

  it('refuse what does not fit', () =>
    tidy(() => {
      const layer = new nn.Linear(3, 2);
      const { weight } = layer;
      class Wider extends nn.Module {
        protected override forward(x: Tensor): Tensor {
          return torch.cat([x, x]);
        }
      }
      expect(() => P.registerParametrization(layer, 'weight', new Wider())).toThrow(
        'the parametrized tensor must have the dtype float32 and the shape [2, 3], got float32 and [4, 3]',
      );
      expect(layer.weight).toBe(weight);
      expect(() => P.registerParametrization(layer, 'none', new Wider())).toThrow(
        "Linear has no parameter or buffer 'none'",
      );
      P.registerParametrization(layer, 'weight', new Exponential());
      expect(() => P.registerParametrization(layer, 'weight', new Wider())).toThrow(
        'what a parametrization gives must have the dtype float32',
      );
      expect(() => {
        (layer as { weight: Tensor }).weight = torch.ones([2, 3]);
      }).toThrow('nothing can be assigned: Exponential has no rightInverse');
      expect(() => P.removeParametrizations(layer, 'bias')).toThrow(
        "ParametrizedLinear has no parametrization of 'bias'",
      );
      const normed = Q.weightNorm(new nn.Linear(3, 2));
      expect(() =>
        P.removeParametrizations(normed, 'weight', { leaveParametrized: false }),
      ).toThrow('a tensor that is made of a single one');
      expect(() => Q.weightNorm(new nn.Linear(3, 2), { names: 'x' } as never)).toThrow(
        "weightNorm() has no option 'names'",
      );
      const plain = () => new nn.Linear(3, 2);
      expect(() => Q.spectralNorm(plain(), { nPowerIterations: 0 })).toThrow(
        'nPowerIterations must be a whole number of at least 1, got 0',
      );
      expect(() => Q.spectralNorm(plain(), { dim: 2 })).toThrow('dim must be from -2 to 1, got 2');
      expect(() => Q.orthogonal(plain(), { name: 'bias' })).toThrow(
        'a matrix is expected, got shape [2]',
      );
      expect(() => Q.orthogonal(plain(), { orthogonalMap: 'qr' as never })).toThrow(
        "orthogonalMap must be 'matrixExp', 'cayley', 'householder', got 'qr'",
      );
      const complex = new nn.Linear(3, 3, { dtype: 'complex64' });
      expect(() => Q.orthogonal(complex, { orthogonalMap: 'householder' })).toThrow(
        "'householder' takes no complex matrices",
      );
      expect(() => Q.weightNorm(new nn.LazyLinear(3))).toThrow('is not initialized');
    }));

  it('leave no tensors behind after a step', () => {
    const layer = tidy(() => Q.orthogonal(Q.spectralNorm(new nn.Linear(3, 2)), { name: 'weight' }));
    const step = () =>
      tidy(() => {
        layer.zeroGrad();
        P.cached(() =>
          layer
            .call(torch.ones([1, 3]))
            .sum()
            .backward(),
        );
      });
    step();
    const live = memory.liveTensors();
    for (let i = 0; i < 5; i++) step();
    expect(memory.liveTensors()).toBe(live);
    layer.zeroGrad();
    layer.dispose();
  });
});
