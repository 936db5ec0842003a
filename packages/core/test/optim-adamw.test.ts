import { memory, nn, optim, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { overSteps, pythonTrain, train } from './training.js';

const optionCases = [
  ['defaults', {}, ''],
  [
    'all options',
    { lr: 0.02, betas: [0.8, 0.95], eps: 1e-6, weightDecay: 0.2 },
    'lr=0.02, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.2',
  ],
  ['amsgrad', { lr: 0.05, amsgrad: true }, 'lr=0.05, amsgrad=True'],
  ['maximize', { lr: 0.01, maximize: true }, 'lr=0.01, maximize=True'],
] as const;

const fusedCases = [
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
] as const;

describeWithOracle('Adam and AdamW', (oracle) => {
  const inputs = (dtype: 'float32' | 'float64' = 'float32') => ({
    x: torch.randn([8, 4], { dtype }),
    y: torch.randn([8, 1], { dtype }),
  });

  for (const [name, options, python] of optionCases) {
    for (const [fused, pythonFused] of fusedCases) {
      it(`AdamW with ${name}, fused ${fused}: 20 steps as in Python`, () =>
        oracle.compare(
          ({ x, y }) =>
            train(x, y, (model) => new optim.AdamW(model.parameters(), { ...options, fused })),
          pythonTrain(`torch.optim.AdamW(model.parameters(), fused=${pythonFused}, ${python})`),
          inputs(),
          overSteps,
        ));
    }
  }

  it.each(fusedCases)('Adam with weight decay, fused %s: 20 steps as in Python', (fused, python) =>
    oracle.compare(
      ({ x, y }) =>
        train(x, y, (m) => new optim.Adam(m.parameters(), { lr: 0.02, weightDecay: 0.1, fused })),
      pythonTrain(
        `torch.optim.Adam(model.parameters(), lr=0.02, weight_decay=0.1, fused=${python})`,
      ),
      inputs(),
      overSteps,
    ),
  );

  it('AdamW in float64', () =>
    oracle.compare(
      ({ x, y }) => train(x, y, (model) => new optim.AdamW(model.parameters(), { lr: 0.1 })),
      pythonTrain('torch.optim.AdamW(model.parameters(), lr=0.1, fused=True)'),
      inputs('float64'),
    ));

  it.each([true, false])('AdamW with a learning rate in a tensor, fused %s', (fused) =>
    oracle.compare(
      ({ x, y }) =>
        train(x, y, (m) => new optim.AdamW(m.parameters(), { lr: tensor(0.05), fused })),
      pythonTrain(
        `torch.optim.AdamW(model.parameters(), lr=torch.tensor(0.05), fused=${fused ? 'True' : 'False'})`,
      ),
      inputs(),
      overSteps,
    ),
  );

  it('AdamW on complex parameters beside real ones', () =>
    oracle.compare(
      ({ z, r }) => {
        const parameters = [new nn.Parameter(z), new nn.Parameter(r)] as const;
        using optimizer = new optim.AdamW(parameters, { lr: 0.1, amsgrad: true });
        for (let step = 0; step < 5; step++) {
          optimizer.zeroGrad();
          parameters[0].mul(parameters[1]).abs().square().sum().backward();
          optimizer.step();
        }
        return [...parameters];
      },
      `ps = [nn.Parameter(z), nn.Parameter(r)]
opt = torch.optim.AdamW(ps, lr=0.1, amsgrad=True)
for _ in range(5):
    opt.zero_grad()
    (ps[0] * ps[1]).abs().square().sum().backward()
    opt.step()
result = ps`,
      { z: torch.randn([3, 2], { dtype: 'complex64' }), r: torch.randn([3, 2]) },
      overSteps,
    ));

  it('groups with options of their own, one changed on the way, one added later', () =>
    oracle.compare(
      ({ a, b, c }) => {
        const [p, q, r] = [a, b, c].map((data) => new nn.Parameter(data)) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        using optimizer = new optim.AdamW([
          { params: [p], lr: 0.1 },
          { params: q, weightDecay: 0 },
        ]);
        for (let step = 0; step < 6; step++) {
          if (step === 2) (optimizer.paramGroups[0] as { lr: number }).lr = 0.5;
          if (step === 4) optimizer.addParamGroup({ params: [r], betas: [0.5, 0.9] });
          optimizer.zeroGrad(false);
          const sum = p.mul(r);
          // q has no gradient in every other step.
          (step % 2 === 0 ? sum.add(q.square()) : sum).sum().backward();
          optimizer.step();
        }
        return [p, q, r];
      },
      `p, q, r = (nn.Parameter(t) for t in (a, b, c))
opt = torch.optim.AdamW([{'params': [p], 'lr': 0.1}, {'params': q, 'weight_decay': 0}])
for step in range(6):
    if step == 2: opt.param_groups[0]['lr'] = 0.5
    if step == 4: opt.add_param_group({'params': [r], 'betas': (0.5, 0.9)})
    opt.zero_grad(set_to_none=False)
    (p * r + q.square() if step % 2 == 0 else p * r).sum().backward()
    opt.step()
result = [p, q, r]`,
      { a: torch.randn([3]), b: torch.randn([3]), c: torch.randn([3]) },
      overSteps,
    ));

  it('the state dictionary has the layout of Python, and Python takes it', async () => {
    const state = tidy(() => {
      const model = new nn.Linear(2, 1);
      const optimizer = new optim.AdamW(model.namedParameters(), { lr: 0.5, betas: [0.8, 0.9] });
      model
        .call(torch.ones([1, 2]))
        .sum()
        .backward();
      optimizer.step();
      return optimizer.stateDict();
    });
    await oracle.compare(
      () =>
        state.param_groups.map(({ params, param_names, betas, lr }) => [
          params,
          param_names,
          betas,
          lr,
        ]),
      `m = nn.Linear(2, 1)
opt = torch.optim.AdamW(m.named_parameters())
m(torch.ones(1, 2)).sum().backward()
opt.step()
assert list(opt.state_dict()['state'][0]) == names, names
assert set(groupnames) <= set(opt.state_dict()['param_groups'][0]), groupnames
opt.load_state_dict({'state': {0: dict(zip(names, w)), 1: dict(zip(names, b))},
  'param_groups': [{'params': [0, 1], 'param_names': ['weight', 'bias'], 'lr': 0.5, 'betas': [0.8, 0.9]}]})
opt.param_groups[0].update(eps=1e-8, weight_decay=0.01)
opt.step()
groups = opt.state_dict()['param_groups']
result = [[g[k] for k in ('params', 'param_names', 'betas', 'lr')] for g in groups]`,
      {
        names: Object.keys(state.state.get(0) as object),
        groupnames: Object.keys(state.param_groups[0] as object),
        w: Object.values(state.state.get(0) as Record<string, Tensor>),
        b: Object.values(state.state.get(1) as Record<string, Tensor>),
      },
    );
    for (const own of state.state.values()) {
      for (const held of Object.values(own)) (held as Tensor).dispose();
    }
  });
});

describe('Optimizer', () => {
  const before = memory.liveTensors();
  afterAll(() => {
    globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  const step = (parameter: Tensor, optimizer: optim.Adam) =>
    tidy(() => {
      optimizer.zeroGrad();
      parameter.square().sum().backward();
      optimizer.step();
    });

  it('follows the golden steps of decoupled decay', () =>
    tidy(() => {
      // J49: p = 1, lr 0.1, wd 0.1, gradient 0.5 three times.
      const p = new nn.Parameter(tensor([1], { dtype: 'float64' }));
      const optimizer = new optim.AdamW([p], { lr: 0.1, weightDecay: 0.1, betas: [0.9, 0.99] });
      const values = [0, 1, 2].map(() => {
        p.grad = tensor([0.5], { dtype: 'float64' });
        optimizer.step();
        return Number(p.item());
      });
      expect(values[0]).toBeCloseTo(0.89, 6);
      expect(values[1]).toBeCloseTo(0.7811, 6);
      expect(values[2]).toBeCloseTo(0.67328894, 6);
      optimizer.dispose();
    }));

  it('goes on from a loaded state as if it had never stopped', () =>
    tidy(() => {
      const start = torch.randn([4]);
      const [p, q] = [start, start.clone()].map((data) => new nn.Parameter(data)) as [
        Tensor,
        Tensor,
      ];
      using first = new optim.AdamW([p], { lr: 0.1 });
      for (let i = 0; i < 3; i++) step(p, first);
      q.data.copy_(p.data);
      using second = new optim.AdamW([q]);
      step(q, second);
      q.data.copy_(p.data);
      second.loadStateDict(first.stateDict());
      expect(second.paramGroups[0]?.lr).toBe(0.1);
      for (let i = 0; i < 3; i++) {
        step(p, first);
        step(q, second);
      }
      expect(q.equal(p)).toBe(true);
    }));

  it('AdamW stays decoupled with a state of Adam', () =>
    tidy(() => {
      const p = new nn.Parameter(torch.ones([2]));
      using adam = new optim.Adam([p]);
      using adamw = new optim.AdamW([p]);
      adamw.loadStateDict(adam.stateDict());
      expect(adamw.paramGroups[0]?.decoupledWeightDecay).toBe(true);
    }));

  it('keeps its state out of scopes, and frees it at the end', () => {
    const p = new nn.Parameter(torch.ones([2]));
    const optimizer = new optim.AdamW([p], { amsgrad: true });
    step(p, optimizer);
    p.grad = null;
    const live = memory.liveTensors();
    for (let i = 0; i < 5; i++) step(p, optimizer);
    p.grad = null;
    expect(memory.liveTensors()).toBe(live);
    expect(optimizer.state.get(p)?.step.item()).toBe(6);
    optimizer.dispose();
    expect(memory.liveTensors()).toBe(live - 4);
    p.dispose();
  });

  it('can be made in a scope and returned from it', () => {
    const { p, optimizer } = tidy(() => {
      const p = new nn.Parameter(torch.ones([2]));
      const optimizer = new optim.AdamW([p]);
      step(p, optimizer);
      return { p, optimizer };
    });
    step(p, optimizer);
    expect(optimizer.state.get(p)?.step.item()).toBe(2);
    optimizer.dispose();
    p.dispose();
  });

  it('runs a closure with recording, and gives its result', () =>
    tidy(() => {
      const p = new nn.Parameter(tensor([3]));
      using optimizer = new optim.AdamW([p], { lr: 0.1 });
      const loss = optimizer.step(() => {
        optimizer.zeroGrad();
        const loss = p.square().sum();
        loss.backward();
        return loss;
      });
      expect(loss.item()).toBe(9);
      expect(Number(p.item())).toBeLessThan(3);
    }));

  it('skips parameters without a gradient', () =>
    tidy(() => {
      const [p, q] = [new nn.Parameter(tensor([1])), new nn.Parameter(tensor([1]))];
      using optimizer = new optim.AdamW([p, q]);
      optimizer.step();
      expect(optimizer.state.size).toBe(0);
      p.square().sum().backward();
      optimizer.step();
      expect([optimizer.state.has(p), optimizer.state.has(q)]).toEqual([true, false]);
    }));

  it('refuses what it cannot train', () =>
    tidy(() => {
      const p = new nn.Parameter(torch.ones([2]));
      const make =
        (params: unknown, options = {}) =>
        () =>
          new optim.AdamW(params as never, options);
      expect(make([])).toThrow('empty parameter list');
      expect(make(p)).toThrow('an iterable of tensors or groups');
      expect(make([1])).toThrow('parameter 0 must be a Tensor, got 1');
      expect(make([p.mul(2)])).toThrow('not a leaf');
      expect(make([p, p])).toThrow('parameter 1 of the group is in the optimizer already');
      expect(make([{ params: [p] }, { params: [p] }])).toThrow('already');
      expect(make([['a', p], new nn.Parameter(torch.ones([1]))])).toThrow(
        'all parameters of a group',
      );
      expect(make([p], { lr: -1 })).toThrow('lr must be at least 0, got -1');
      expect(make([p], { betas: [0.9, 1] })).toThrow('betas[1] must be at least 0 and below 1');
      expect(make([p], { eps: Number.NaN })).toThrow('eps must be at least 0, got NaN');
      expect(make([p], { weight_decay: 1 })).toThrow("AdamW has no option 'weight_decay'");
      expect(make([{ params: [p], momentum: 1 }])).toThrow("AdamW has no option 'momentum'");
      expect(make([p], { lr: torch.ones([2]) })).toThrow('one element, got 2');
    }));

  it('refuses gradients and states that do not fit', () =>
    tidy(() => {
      const table = new nn.Embedding(3, 2, { sparse: true });
      const optimizer = new optim.AdamW(table.parameters());
      table
        .call(torch.zeros([2], { dtype: 'int64' }))
        .sum()
        .backward();
      expect(() => optimizer.step()).toThrow('AdamW takes dense gradients, got a sparseCoo one');
      using other = new optim.AdamW(new nn.Linear(2, 2).parameters());
      expect(() => optimizer.loadStateDict(other.stateDict())).toThrow(
        'groups of [1] parameters, the state dictionary of [2]',
      );
      const z = new nn.Parameter(torch.ones([1], { dtype: 'complex64' }));
      using demanding = new optim.AdamW([z], { fused: true });
      z.abs().sum().backward();
      expect(() => demanding.step()).toThrow('fused: true needs floating parameters');
    }));
});
