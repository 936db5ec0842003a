import { nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { overSteps, pythonTrain, train } from './training.js';

/** fast.ai's LAMB and Lookahead, written for the comparison from their formulas. */
const python = `
class Lamb(torch.optim.Optimizer):
    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), eps=1e-5, wd=0., decoupled=True):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, wd=wd, decoupled=decoupled))
    @torch.no_grad()
    def step(self):
        for g in self.param_groups:
            b1, b2 = g['betas']
            for p in g['params']:
                s = self.state[p]
                if not s:
                    s.update(step=torch.tensor(0.), exp_avg=torch.zeros_like(p), exp_avg_sq=torch.zeros_like(p))
                grad = p.grad
                if g['decoupled']: p.mul_(1 - g['lr'] * g['wd'])
                else: grad = grad + g['wd'] * p
                s['step'] += 1
                t = s['step'].item()
                s['exp_avg'].mul_(b1).add_(grad * (1 - b1))
                s['exp_avg_sq'].mul_(b2).add_(grad ** 2 * (1 - b2))
                d = s['exp_avg'] / (1 - b1 ** t) / ((s['exp_avg_sq'] / (1 - b2 ** t)).sqrt() + g['eps'])
                r1, r2 = p.pow(2).mean().sqrt(), d.pow(2).mean().sqrt()
                q = 1. if r1 == 0 or r2 == 0 else min(float(r1 / r2), 10.)
                p.sub_(d * g['lr'] * q)

class Lookahead:
    def __init__(self, opt, k=6, alpha=0.5):
        self.opt, self.k, self.alpha, self.count = opt, k, alpha, 0
        self.params = [p for g in opt.param_groups for p in g['params']]
        self.slow = [p.detach().clone() for p in self.params]
        self.zero_grad, self.state_dict = opt.zero_grad, opt.state_dict
    @torch.no_grad()
    def step(self):
        self.opt.step()
        self.count += 1
        if self.count % self.k == 0:
            for s, p in zip(self.slow, self.params):
                s.add_((p - s) * self.alpha)
                p.copy_(s)
`;

describeWithOracle("fast.ai's optimisers", (oracle) => {
  const inputs = () => ({ x: torch.randn([8, 4]), y: torch.randn([8, 1]) });

  it.each([
    ['', {}],
    [
      'lr=0.05, betas=(0.8, 0.9), eps=1e-3, wd=0.1',
      { lr: 0.05, betas: [0.8, 0.9], eps: 1e-3, weightDecay: 0.1 },
    ],
    [
      'lr=0.02, wd=0.2, decoupled=False',
      { lr: 0.02, weightDecay: 0.2, decoupledWeightDecay: false },
    ],
  ] as const)('Lamb(%s): 20 steps as by its formula', (arguments_, options) =>
    oracle.compare(
      ({ x, y }) => train(x, y, (model) => new optim.Lamb(model.parameters(), options)),
      python + pythonTrain(`Lamb(model.parameters(), ${arguments_})`),
      inputs(),
      overSteps,
    ),
  );

  it('Lamb moves parameters of zeros by the bare step', () =>
    oracle.compare(
      ({ g }) => {
        const p = new nn.Parameter(torch.zerosLike(g));
        using optimizer = new optim.Lamb([p], { lr: 0.1 });
        for (let i = 0; i < 3; i++) {
          p.grad = g;
          optimizer.step();
        }
        return p;
      },
      `${python}
p = nn.Parameter(torch.zeros_like(g))
opt = Lamb([p], lr=0.1)
for _ in range(3):
    p.grad = g
    opt.step()
result = p`,
      { g: torch.randn([5]) },
      overSteps,
    ));

  it.each([
    ['', [] as const],
    ['k=4, alpha=0.8', [4, 0.8] as const],
  ])('Lookahead(%s): 20 steps as by its formula', (arguments_, settings) =>
    oracle.compare(
      ({ x, y }) =>
        train(
          x,
          y,
          (model) =>
            new optim.Lookahead(new optim.RAdam(model.parameters(), { lr: 0.05 }), ...settings),
        ),
      python +
        pythonTrain(`Lookahead(torch.optim.RAdam(model.parameters(), lr=0.05), ${arguments_})`),
      inputs(),
      overSteps,
    ),
  );

  it('Lookahead goes on from a loaded state, works with schedulers and runs closures', () =>
    tidy(() => {
      const start = torch.randn([4]);
      const [p, q] = [start, start.clone()].map((data) => new nn.Parameter(data)) as [
        Tensor,
        Tensor,
      ];
      const make = (parameter: Tensor) =>
        new optim.Lookahead(new optim.SGD([parameter], { lr: 0.1, momentum: 0.9 }), 3);
      const steps = (parameter: Tensor, optimizer: ReturnType<typeof make>) => {
        for (let i = 0; i < 5; i++) {
          const loss = optimizer.step(() => {
            optimizer.zeroGrad();
            const loss = parameter.square().sum();
            loss.backward();
            return loss;
          });
          expect(loss.requiresGrad).toBe(true);
        }
      };
      using first = make(p);
      expect(first.stateDict().slow_weights).toBe(null);
      const scheduler = new optim.lrScheduler.ExponentialLR(first, 0.5);
      scheduler.step();
      expect(first.paramGroups[0]?.lr).toBe(0.05);
      steps(p, first);
      using second = make(q);
      q.data.copy_(p.data);
      second.loadStateDict(first.stateDict());
      expect(second.stateDict().count).toBe(5);
      steps(p, first);
      steps(q, second);
      expect(q.equal(p)).toBe(true);

      using other = make(new nn.Parameter(torch.ones([2])));
      expect(() => other.loadStateDict(first.stateDict())).toThrow(
        'must have the shape [2], got [4]',
      );
      expect(() => new optim.Lookahead(first.optimizer, 0)).toThrow('k must be a whole number');
      expect(() => new optim.Lookahead(first.optimizer, 1, 2)).toThrow('alpha must be from 0 to 1');
    }));
});
