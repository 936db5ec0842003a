import { memory, nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { overSteps, pythonTrain, train } from './training.js';

const makers = {
  RMSprop: optim.RMSprop,
  Adagrad: optim.Adagrad,
  Adadelta: optim.Adadelta,
  Adamax: optim.Adamax,
  NAdam: optim.NAdam,
  RAdam: optim.RAdam,
  ASGD: optim.ASGD,
  Rprop: optim.Rprop,
} as const;
type Name = keyof typeof makers;

function make(name: Name, parameters: Iterable<Tensor>, options: object) {
  return new makers[name](parameters, options) as optim.Optimizer<object, object>;
}

const cases: readonly (readonly [Name, object, string])[] = [
  ['RMSprop', {}, ''],
  ['RMSprop', { momentum: 0.9, weightDecay: 0.1 }, 'momentum=0.9, weight_decay=0.1'],
  ['RMSprop', { centered: true, alpha: 0.9, eps: 1e-4 }, 'centered=True, alpha=0.9, eps=1e-4'],
  [
    'RMSprop',
    { lr: 1e-3, centered: true, momentum: 0.5, maximize: true },
    'lr=1e-3, centered=True, momentum=0.5, maximize=True',
  ],
  ['Adagrad', {}, ''],
  ['Adagrad', { fused: false }, 'fused=False'],
  ['Adagrad', { fused: true, maximize: true }, 'fused=True, maximize=True'],
  ...([true, false] as const).map(
    (fused) =>
      [
        'Adagrad',
        { lr: 0.1, lrDecay: 0.1, weightDecay: 0.1, initialAccumulatorValue: 0.5, eps: 1e-5, fused },
        `lr=0.1, lr_decay=0.1, weight_decay=0.1, initial_accumulator_value=0.5, eps=1e-5, fused=${fused ? 'True' : 'False'}`,
      ] as const,
  ),
  ['Adadelta', {}, ''],
  ['Adadelta', { lr: 0.5, rho: 0.8, eps: 1e-4 }, 'lr=0.5, rho=0.8, eps=1e-4'],
  ['Adadelta', { weightDecay: 0.1, maximize: true }, 'weight_decay=0.1, maximize=True'],
  ['ASGD', {}, ''],
  [
    'ASGD',
    { lr: 0.1, lambd: 0.1, alpha: 0.5, t0: 10, weightDecay: 0.1, maximize: true },
    'lr=0.1, lambd=0.1, alpha=0.5, t0=10, weight_decay=0.1, maximize=True',
  ],
  ['Rprop', {}, ''],
  [
    'Rprop',
    { lr: 0.05, etas: [0.6, 1.5], stepSizes: [1e-3, 0.1], maximize: true },
    'lr=0.05, etas=(0.6, 1.5), step_sizes=(1e-3, 0.1), maximize=True',
  ],
  ['Adamax', {}, ''],
  [
    'Adamax',
    { lr: 0.02, betas: [0.8, 0.9], eps: 1e-5, weightDecay: 0.1 },
    'lr=0.02, betas=(0.8, 0.9), eps=1e-5, weight_decay=0.1',
  ],
  ['Adamax', { maximize: true }, 'maximize=True'],
  ['NAdam', {}, ''],
  [
    'NAdam',
    { lr: 0.02, betas: [0.8, 0.9], eps: 1e-5, weightDecay: 0.1, momentumDecay: 0.1 },
    'lr=0.02, betas=(0.8, 0.9), eps=1e-5, weight_decay=0.1, momentum_decay=0.1',
  ],
  [
    'NAdam',
    { weightDecay: 0.1, decoupledWeightDecay: true, maximize: true },
    'weight_decay=0.1, decoupled_weight_decay=True, maximize=True',
  ],
  ['RAdam', {}, ''],
  [
    'RAdam',
    { lr: 0.02, betas: [0.8, 0.9], eps: 1e-5, weightDecay: 0.1 },
    'lr=0.02, betas=(0.8, 0.9), eps=1e-5, weight_decay=0.1',
  ],
  [
    'RAdam',
    { weightDecay: 0.1, decoupledWeightDecay: true, maximize: true },
    'weight_decay=0.1, decoupled_weight_decay=True, maximize=True',
  ],
];

describeWithOracle('the further optimisers', (oracle) => {
  for (const [name, options, python] of cases) {
    it(`${name}(${python}): 20 steps as in Python`, () =>
      oracle.compare(
        ({ x, y }) => train(x, y, (model) => make(name, model.parameters(), options)),
        pythonTrain(`torch.optim.${name}(model.parameters(), ${python})`),
        { x: torch.randn([8, 4]), y: torch.randn([8, 1]) },
        overSteps,
      ));
  }

  it.each(Object.keys(makers) as Name[])('%s on complex parameters, some joining late', (name) =>
    oracle.compare(
      ({ z, r }) => {
        const parameters = [new nn.Parameter(z), new nn.Parameter(r)] as const;
        using optimizer = make(name, parameters, {});
        for (let step = 0; step < 8; step++) {
          optimizer.zeroGrad();
          const loss = parameters[0].abs().square().sum();
          (step < 3 ? loss : loss.add(parameters[1].abs().sum())).backward();
          optimizer.step();
        }
        return [...parameters];
      },
      `ps = [nn.Parameter(z), nn.Parameter(r)]
opt = torch.optim.${name}(ps)
for step in range(8):
    opt.zero_grad()
    loss = ps[0].abs().square().sum()
    (loss if step < 3 else loss + ps[1].abs().sum()).backward()
    opt.step()
result = ps`,
      {
        z: torch.randn([3, 2], { dtype: 'complex64' }),
        r: torch.randn([4], { dtype: 'complex64' }),
      },
      overSteps,
    ),
  );

  it.each(Object.keys(makers) as Name[])(
    'Python takes the state and options of %s',
    async (name) => {
      const { state, param_groups } = tidy(() => {
        const model = new nn.Linear(2, 1);
        const optimizer = make(name, model.parameters(), {});
        model
          .call(torch.ones([1, 2]))
          .sum()
          .backward();
        optimizer.step();
        return optimizer.stateDict();
      });
      const [group] = param_groups as [Record<string, unknown>];
      const own = state.get(0) as Record<string, Tensor>;
      await oracle.compare(
        () => Object.entries(group).filter(([, value]) => typeof value === 'number'),
        `m = nn.Linear(2, 1)
opt = torch.optim.${name}(m.parameters())
m(torch.ones(1, 2)).sum().backward()
opt.step()
known = opt.state_dict()
assert list(known['state'][0]) == names, known['state'][0]
assert set(options) <= set(known['param_groups'][0]), options
known['state'][0] = dict(zip(names, own))
opt.load_state_dict(known)
opt.step()
result = [[k, opt.param_groups[0][k]] for k in numbers]`,
        {
          names: Object.keys(own),
          own: Object.values(own),
          options: Object.keys(group),
          numbers: Object.keys(group).filter((key) => typeof group[key] === 'number'),
        },
      );
      for (const tensors of state.values()) {
        for (const held of Object.values(tensors)) (held as Tensor).dispose();
      }
    },
  );
});

describe('the further optimisers alone', () => {
  const before = memory.liveTensors();
  afterAll(() => {
    globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  it.each(Object.keys(makers) as Name[])('%s goes on from a loaded state', (name) =>
    tidy(() => {
      const start = torch.randn([4]);
      const [p, q] = [start, start.clone()].map((data) => new nn.Parameter(data)) as [
        Tensor,
        Tensor,
      ];
      const steps = (parameter: Tensor, optimizer: optim.Optimizer<object, object>) => {
        for (let i = 0; i < 7; i++) {
          optimizer.zeroGrad();
          parameter.square().sum().backward();
          optimizer.step();
        }
      };
      using first = make(name, [p], { lr: 0.1 });
      steps(p, first);
      using second = make(name, [q], {});
      q.data.copy_(p.data);
      second.loadStateDict(first.stateDict());
      steps(p, first);
      steps(q, second);
      expect(q.equal(p)).toBe(true);
    }),
  );

  it.each(Object.keys(makers) as Name[])('%s makes no tensors after its first step', (name) => {
    const p = tidy(() => new nn.Parameter(torch.ones([2])));
    const decay = name === 'Rprop' ? {} : { weightDecay: 0.1 };
    const optimizer = make(name, [p], { ...decay, maximize: true });
    const step = () =>
      tidy(() => {
        optimizer.zeroGrad();
        p.square().sum().backward();
        optimizer.step();
      });
    step();
    const live = memory.liveTensors();
    for (let i = 0; i < 7; i++) step();
    expect(memory.liveTensors()).toBe(live);
    optimizer.dispose();
    p.grad = null;
    p.dispose();
  });

  it('refuse options that mean nothing, and sparse gradients', () =>
    tidy(() => {
      const p = new nn.Parameter(torch.ones([2]));
      const refusals: readonly (readonly [Name, object, string])[] = [
        ['RMSprop', { alpha: -1 }, 'alpha must be at least 0, got -1'],
        ['RMSprop', { momentum: -1 }, 'momentum must be at least 0, got -1'],
        ['RMSprop', { fused: true }, "RMSprop has no option 'fused'"],
        ['Adagrad', { lrDecay: -1 }, 'lrDecay must be at least 0, got -1'],
        ['Adagrad', { initialAccumulatorValue: -1 }, 'initialAccumulatorValue must be at least 0'],
        ['Adadelta', { rho: 1.5 }, 'rho must be from 0 to 1, got 1.5'],
        ['Adamax', { betas: [1, 0] }, 'betas[0] must be at least 0 and below 1, got 1'],
        ['NAdam', { momentumDecay: -1 }, 'momentumDecay must be at least 0, got -1'],
        ['ASGD', { weightDecay: -1 }, 'weightDecay must be at least 0, got -1'],
        ['Rprop', { etas: [1.1, 1.2] }, 'etas must be a number from 0 to 1 and one above 1'],
        ['Rprop', { weightDecay: 1 }, "Rprop has no option 'weightDecay'"],
        ['RAdam', { eps: -1 }, 'eps must be at least 0, got -1'],
        ['RAdam', { weightDecay: -1 }, 'weightDecay must be at least 0, got -1'],
      ];
      for (const [name, options, message] of refusals) {
        expect(() => make(name, [p], options)).toThrow(message);
      }
      const index = torch.zeros([1, 1], { dtype: 'int64' });
      p.grad = torch.sparseCooTensor(index, torch.ones([1]), [2]);
      for (const name of Object.keys(makers) as Name[]) {
        const isSparseToo = name === 'Adagrad';
        using optimizer = make(name, [p], isSparseToo ? { weightDecay: 0.1 } : {});
        const refused = `${name}${isSparseToo ? ' with weightDecay' : ''} takes dense gradients`;
        expect(() => optimizer.step()).toThrow(refused);
      }
    }));

  it('says what is missing when an option needs more state', () =>
    tidy(() => {
      const p = new nn.Parameter(torch.ones([2]));
      using optimizer = new optim.RMSprop([p]);
      p.square().sum().backward();
      optimizer.step();
      (optimizer.paramGroups[0] as optim.RMSpropOptions).centered = true;
      expect(() => optimizer.step()).toThrow('the state lacks gradAvg');
    }));
});
