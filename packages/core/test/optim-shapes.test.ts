import { memory, nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { overSteps } from './training.js';

/** Optimisers that treat a parameter by its shape or by the layout of its gradient. */
const makers = {
  Adafactor: optim.Adafactor,
  Muon: optim.Muon,
  SparseAdam: optim.SparseAdam,
} as const;
type Name = keyof typeof makers;

function make(name: Name, parameters: Iterable<Tensor>, options: object) {
  return new makers[name](parameters, options) as optim.Optimizer<object, object>;
}

/** The state of all parameters, numbers and tensors, with their names. */
function stateOf(optimizer: optim.Optimizer<object, object>): unknown[] {
  const own = [...optimizer.stateDict().state.values()];
  const values = own.flatMap((state) => Object.values(state));
  const names = own.flatMap((state) => Object.keys(state));
  return [...values.map((value) => (value as Partial<Tensor>).clone?.() ?? value), ...names];
}

const pythonState = `s = opt.state_dict()['state'].values()
result = [*ps, *(t for o in s for t in o.values()), *(n for o in s for n in o)]`;

const cases: readonly (readonly [Name, object, string])[] = [
  ['Adafactor', {}, ''],
  [
    'Adafactor',
    { lr: 0.3, beta2Decay: -0.5, eps: [1e-4, 0.1], d: 1.5, weightDecay: 0.1, maximize: true },
    'lr=0.3, beta2_decay=-0.5, eps=(1e-4, 0.1), d=1.5, weight_decay=0.1, maximize=True',
  ],
  ['Muon', {}, ''],
  [
    'Muon',
    { lr: 0.1, weightDecay: 0.3, momentum: 0.8, nesterov: false, nsSteps: 3 },
    'lr=0.1, weight_decay=0.3, momentum=0.8, nesterov=False, ns_steps=3',
  ],
  [
    'Muon',
    { adjustLrFn: 'match_rms_adamw', nsCoefficients: [2, -1.5, 0.5] },
    "adjust_lr_fn='match_rms_adamw', ns_coefficients=(2., -1.5, 0.5)",
  ],
];

/** Rounding grows fast along these paths. */
const dtype = 'float64';

describeWithOracle('optimisers of matrices', (oracle) => {
  it.each(cases)('%s, %o: 12 steps as in Python', (name, options, python) =>
    oracle.compare(
      ({ a, b, c, x }) => {
        const vectors = name === 'Muon' ? [] : [new nn.Parameter(c)];
        const [first, second] = [new nn.Parameter(a), new nn.Parameter(b)];
        const parameters = [first, second, ...vectors];
        using optimizer = make(name, parameters, options);
        for (let step = 0; step < 12; step++) {
          optimizer.zeroGrad();
          const y = x.matmul(first).matmul(second);
          (vectors[0] === undefined ? y : y.add(vectors[0])).sin().sum().backward();
          optimizer.step();
        }
        return [...parameters, ...stateOf(optimizer)];
      },
      `ps = [nn.Parameter(t) for t in [a, b${name === 'Muon' ? '' : ', c'}]]
opt = torch.optim.${name}(ps, ${python})
for _ in range(12):
    opt.zero_grad()
    y = x @ ps[0] @ ps[1]
    (y + ps[2] if len(ps) > 2 else y).sin().sum().backward()
    opt.step()
${pythonState}`,
      {
        a: torch.randn([4, 3], { dtype }),
        b: torch.randn([3, 5], { dtype }),
        c: torch.randn([5], { dtype }),
        x: torch.randn([6, 4], { dtype }),
      },
      overSteps,
    ),
  );

  it.each([
    [{}, ''],
    [
      { lr: 0.1, betas: [0.8, 0.9], eps: 1e-4, maximize: true },
      'lr=0.1, betas=(0.8, 0.9), eps=1e-4, maximize=True',
    ],
  ])('SparseAdam, %o: rows that come and go', (options, python) =>
    oracle.compare(
      ({ w, i }) => {
        const p = new nn.Parameter(w);
        using optimizer = make('SparseAdam', [p], options);
        for (let step = 0; step < 4; step++) {
          optimizer.zeroGrad();
          const rows = nn.functional.embedding(i.at(step), p, { sparse: true });
          rows.square().sum().backward();
          optimizer.step();
        }
        return [p, ...stateOf(optimizer)];
      },
      `ps = [nn.Parameter(w)]
opt = torch.optim.SparseAdam(ps, ${python})
for step in range(4):
    opt.zero_grad()
    F.embedding(i[step], ps[0], sparse=True).square().sum().backward()
    opt.step()
${pythonState}`,
      { w: torch.randn([6, 3]), i: torch.randint(0, 6, [4, 5]) },
      overSteps,
    ),
  );
});

describe('optimisers of matrices alone', () => {
  const step = (name: Name, p: Tensor, optimizer: optim.Optimizer<object, object>) =>
    tidy(() => {
      optimizer.zeroGrad();
      const row = torch.zeros([1], { dtype: 'int64' });
      const used = name === 'SparseAdam' ? nn.functional.embedding(row, p, { sparse: true }) : p;
      used.square().sum().backward();
      optimizer.step();
    });

  it.each(Object.keys(makers) as Name[])('%s goes on from a loaded state', (name) =>
    tidy(() => {
      const start = torch.randn([4, 2]);
      const [p, q] = [new nn.Parameter(start), new nn.Parameter(start.clone())] as const;
      using first = make(name, [p], { lr: 0.1 });
      for (let i = 0; i < 3; i++) step(name, p, first);
      using second = make(name, [q], {});
      q.data.copy_(p.data);
      second.loadStateDict(first.stateDict());
      for (let i = 0; i < 3; i++) {
        step(name, p, first);
        step(name, q, second);
      }
      expect(q.equal(p)).toBe(true);
    }),
  );

  it.each(Object.keys(makers) as Name[])('%s makes no tensors after its first step', (name) => {
    const p = tidy(() => new nn.Parameter(torch.ones([2, 3])));
    const optimizer = make(name, [p], {});
    step(name, p, optimizer);
    const live = memory.liveTensors();
    for (let i = 0; i < 5; i++) step(name, p, optimizer);
    expect(memory.liveTensors()).toBe(live);
    optimizer.dispose();
    p.grad = null;
    p.dispose();
  });

  it('refuse options that mean nothing, and parameters that do not fit', () =>
    tidy(() => {
      const p = new nn.Parameter(torch.ones([2, 2]));
      const refusals: readonly (readonly [Name, object, string])[] = [
        ['Adafactor', { d: 0.5 }, 'd must be at least 1, got 0.5'],
        ['Adafactor', { beta2Decay: 0.1 }, 'beta2Decay must be at most 0, got 0.1'],
        ['Adafactor', { eps: [-1, 1] }, 'eps[0] must be at least 0, got -1'],
        ['Muon', { adjustLrFn: 'rms' }, "adjustLrFn must be 'original', 'match_rms_adamw' or null"],
        ['Muon', { nsSteps: 100 }, 'nsSteps must be at least 0 and below 100, got 100'],
        ['SparseAdam', { eps: 0 }, 'eps must be above 0, got 0'],
        ['SparseAdam', { betas: [1, 0] }, 'betas[0] must be at least 0 and below 1, got 1'],
      ];
      for (const [name, options, message] of refusals) {
        expect(() => make(name, [p], options)).toThrow(message);
      }
      const vector = new nn.Parameter(torch.ones([2]));
      expect(() => make('Muon', [vector], {})).toThrow('Muon takes matrices of real numbers');
      const complex = new nn.Parameter(torch.ones([2, 2], { dtype: 'complex64' }));
      complex.abs().sum().backward();
      expect(() => make('Adafactor', [complex], {}).step()).toThrow('takes real parameters');
      p.square().sum().backward();
      expect(() => make('SparseAdam', [p], {}).step()).toThrow('takes sparse gradients');
      const index = torch.zeros([1, 1], { dtype: 'int64' });
      p.grad = torch.sparseCooTensor(index, torch.ones([1, 2]), [2, 2]);
      expect(() => make('Muon', [p], {}).step()).toThrow('Muon takes dense gradients');
      expect(() => make('Adafactor', [p], {}).step()).toThrow('Adafactor takes dense gradients');
    }));
});
