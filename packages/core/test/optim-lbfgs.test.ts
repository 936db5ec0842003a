import { memory, nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle, type Input } from '../../../test/oracle/oracle.js';

const cases = [
  ['', {}],
  ['lr=0.5, max_iter=5, history_size=3', { lr: 0.5, maxIter: 5, historySize: 3 }],
  ["line_search_fn='strong_wolfe'", { lineSearchFn: 'strong_wolfe' }],
  [
    "lr=2., max_iter=6, history_size=2, line_search_fn='strong_wolfe'",
    { lr: 2, maxIter: 6, historySize: 2, lineSearchFn: 'strong_wolfe' },
  ],
  [
    "lr=30., max_iter=8, max_eval=40, line_search_fn='strong_wolfe'",
    { lr: 30, maxIter: 8, maxEval: 40, lineSearchFn: 'strong_wolfe' },
  ],
  ['max_iter=10, tolerance_grad=1e-2', { maxIter: 10, toleranceGrad: 1e-2 }],
  ['max_iter=10, tolerance_change=1e-2', { maxIter: 10, toleranceChange: 1e-2 }],
] as const;

/** Minimises a sum of quartics in two parameters; gives losses, parameters and counts. */
function minimise(p: Tensor, q: Tensor, optimizer: optim.LBFGS, steps: number): unknown[] {
  const losses = Array.from({ length: steps }, () =>
    optimizer.step(() => {
      optimizer.zeroGrad();
      const loss = p.pow(4).sum().add(p.mul(q).sub(1).abs().square().sum()).add(q.square().mean());
      loss.backward();
      return loss;
    }),
  );
  const { funcEvals, nIter } = optimizer.state.get(p) as optim.LBFGSState;
  return [losses.map((loss) => loss.detach()), p.detach(), q.detach(), [funcEvals, nIter]];
}

const python = `def minimise(steps):
    losses = []
    def closure():
        opt.zero_grad()
        loss = p.pow(4).sum() + (p * q - 1).abs().square().sum() + q.square().mean()
        loss.backward()
        return loss
    for _ in range(steps): losses.append(opt.step(closure).detach())
    s = opt.state_dict()['state'][0]
    return [losses, p.detach(), q.detach(), [s['func_evals'], s['n_iter']]]
p, q = nn.Parameter(a), nn.Parameter(b)
`;

/** Rounding grows along the iterations. */
const overSteps = { absolute: 1e-7, relative: 1e-6 };

describeWithOracle('LBFGS', (oracle) => {
  const inputs = () => ({
    a: torch.randn([4], { dtype: 'float64' }),
    b: torch.randn([3, 4], { dtype: 'float64' }),
  });

  it.each(cases)('LBFGS(%s): 4 steps as in Python', (arguments_, options) =>
    oracle.compare(
      ({ a, b }) => {
        const [p, q] = [new nn.Parameter(a), new nn.Parameter(b)] as const;
        using optimizer = new optim.LBFGS([p, q], options);
        return minimise(p, q, optimizer, 4);
      },
      `${python}opt = torch.optim.LBFGS([p, q], ${arguments_})
result = minimise(4)`,
      inputs(),
      overSteps,
    ),
  );

  it('complex parameters, and one without a gradient', () =>
    oracle.compare(
      ({ z }) => {
        const p = new nn.Parameter(z);
        const unused = new nn.Parameter(torch.ones([2], { dtype: 'float64' }));
        using optimizer = new optim.LBFGS([p, unused], { lineSearchFn: 'strong_wolfe' });
        const loss = optimizer.step(() => {
          optimizer.zeroGrad();
          const loss = p.sub(1).abs().square().sum();
          loss.backward();
          return loss;
        });
        return [loss.detach(), p.detach(), unused.detach()];
      },
      `p, unused = nn.Parameter(z), nn.Parameter(torch.ones(2, dtype=torch.float64))
opt = torch.optim.LBFGS([p, unused], line_search_fn='strong_wolfe')
def closure():
    opt.zero_grad()
    loss = (p - 1).abs().square().sum()
    loss.backward()
    return loss
result = [opt.step(closure).detach(), p.detach(), unused.detach()]`,
      { z: torch.randn([3], { dtype: 'complex128' }) },
      overSteps,
    ));

  it('its state goes on in Python', async () => {
    const { state, params, more } = tidy(() => {
      const { a, b } = inputs();
      const [p, q] = [new nn.Parameter(a), new nn.Parameter(b)] as const;
      const optimizer = new optim.LBFGS([p, q], { maxIter: 3 });
      minimise(p, q, optimizer, 2);
      const state = optimizer.stateDict().state.get(0) as Record<
        string,
        Tensor | Tensor[] | number
      >;
      const copies = Object.entries(state).map(([name, entry]) => [name, copyOf(entry)]);
      const params = { a: p.detach().clone(), b: q.detach().clone() };
      const more = minimise(p, q, optimizer, 2);
      optimizer.dispose();
      return { state: Object.fromEntries(copies), params, more };
    });
    await oracle.compare(
      () => more,
      `${python}opt = torch.optim.LBFGS([p, q], max_iter=3)
known = opt.state_dict()
known['state'] = {0: dict(zip(names, entries))}
opt.load_state_dict(known)
result = minimise(2)`,
      { ...params, names: Object.keys(state), entries: Object.values(state) as Input[] },
      overSteps,
    );
  });

  it("Python's state goes on here", async () => {
    const { a, b } = inputs();
    await oracle.compare(
      ({ a, b }) => {
        const [p, q] = [new nn.Parameter(a), new nn.Parameter(b)] as const;
        using first = new optim.LBFGS([p, q], { maxIter: 3 });
        minimise(p, q, first, 2);
        using second = new optim.LBFGS([p, q]);
        const { state, param_groups } = first.stateDict();
        const own = state.get(0) as Record<string, number | number[]>;
        // Python keeps these numbers in tensors.
        const tensors = {
          ro: (own.ro as number[]).map((value) => torch.full([], value, { dtype: 'float64' })),
          H_diag: torch.full([], own.H_diag as number, { dtype: 'float64' }),
          al: [null, torch.ones([])],
        };
        second.loadStateDict({
          state: new Map([[0, { ...state.get(0), ...tensors }]]),
          param_groups,
        });
        return minimise(p, q, second, 2);
      },
      `${python}opt = torch.optim.LBFGS([p, q], max_iter=3)
minimise(2)
result = minimise(2)`,
      { a, b },
      overSteps,
    );
  });
});

function copyOf<T>(entry: T | Tensor | readonly (T | Tensor)[]): unknown {
  if (Array.isArray(entry)) return entry.map(copyOf);
  return entry instanceof Object && 'clone' in entry ? entry.clone() : entry;
}

describe('LBFGS alone', () => {
  const before = memory.liveTensors();
  afterAll(() => {
    globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  it('keeps no more than its history', () => {
    const p = new nn.Parameter(torch.randn([4]));
    const optimizer = new optim.LBFGS([p], { maxIter: 3, historySize: 2, toleranceChange: 0 });
    const step = () =>
      tidy(() => {
        optimizer.step(() => {
          optimizer.zeroGrad();
          const loss = p.sub(3).pow(4).sum();
          loss.backward();
          return loss;
        });
      });
    for (let i = 0; i < 3; i++) step();
    p.grad = null;
    const live = memory.liveTensors();
    for (let i = 0; i < 3; i++) step();
    p.grad = null;
    expect(memory.liveTensors()).toBe(live);
    optimizer.dispose();
    expect(memory.liveTensors()).toBe(live - 6);
    p.dispose();
  });

  it('refuses what it cannot do', () =>
    tidy(() => {
      const p = new nn.Parameter(torch.ones([2]));
      const q = new nn.Parameter(torch.ones([2]));
      const make = (options: object) => () => new optim.LBFGS([p], options);
      expect(make({ lr: -1 })).toThrow('lr must be at least 0, got -1');
      expect(make({ historySize: 0 })).toThrow('historySize must be at least 1, got 0');
      expect(make({ lineSearchFn: 'golden' })).toThrow("'strong_wolfe' or null, got 'golden'");
      expect(() => new optim.LBFGS([{ params: [p] }, { params: [q] }])).toThrow('one group');
      using optimizer = new optim.LBFGS([p]);
      expect(() => optimizer.step()).toThrow('LBFGS needs a closure');
      expect(() => optimizer.step(() => 'low')).toThrow('must give the loss, a number or Tensor');
    }));
});
