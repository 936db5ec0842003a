import { nn, optim, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { type RemoteTensor, toTensor } from '../../../test/oracle/wire.js';
import { overSteps, pythonTrain, train } from './training.js';

const optionCases = [
  ['defaults', {}, ''],
  ['weight decay', { lr: 0.05, weightDecay: 0.1 }, 'lr=0.05, weight_decay=0.1'],
  ['momentum', { lr: 0.02, momentum: 0.9 }, 'lr=0.02, momentum=0.9'],
  [
    'dampening, decay and maximize',
    { lr: 0.001, momentum: 0.8, dampening: 0.3, weightDecay: 0.1, maximize: true },
    'lr=0.001, momentum=0.8, dampening=0.3, weight_decay=0.1, maximize=True',
  ],
  [
    'nesterov',
    { lr: 0.02, momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    'lr=0.02, momentum=0.9, nesterov=True, weight_decay=0.01',
  ],
] as const;

const fusedCases = [
  [null, 'None'],
  [true, 'True'],
  [false, 'False'],
] as const;

describeWithOracle('SGD', (oracle) => {
  const inputs = (dtype: 'float32' | 'float64' = 'float32') => ({
    x: torch.randn([8, 4], { dtype }),
    y: torch.randn([8, 1], { dtype }),
  });

  for (const [name, options, python] of optionCases) {
    for (const [fused, pythonFused] of fusedCases) {
      it(`${name}, fused ${fused}: 20 steps as in Python`, () =>
        oracle.compare(
          ({ x, y }) =>
            train(x, y, (model) => new optim.SGD(model.parameters(), { ...options, fused })),
          pythonTrain(`torch.optim.SGD(model.parameters(), fused=${pythonFused}, ${python})`),
          inputs(),
          overSteps,
        ));
    }
  }

  it.each([true, false])('a learning rate in a tensor, fused %s, in float64', (fused) =>
    oracle.compare(
      ({ x, y }) =>
        train(
          x,
          y,
          (m) => new optim.SGD(m.parameters(), { lr: tensor(0.05), momentum: 0.5, fused }),
        ),
      pythonTrain(
        `torch.optim.SGD(model.parameters(), lr=torch.tensor(0.05), momentum=0.5, fused=${fused ? 'True' : 'False'})`,
      ),
      inputs('float64'),
    ),
  );

  it('complex parameters, and momentum switched on and off on the way', () =>
    oracle.compare(
      ({ z, r }) => {
        const parameters = [new nn.Parameter(z), new nn.Parameter(r)] as const;
        using optimizer = new optim.SGD(parameters, { lr: 0.05 });
        const [group] = optimizer.paramGroups as [optim.ParamGroup<optim.SGDOptions>];
        for (let step = 0; step < 9; step++) {
          group.momentum = step % 4 === 0 ? 0 : 0.5;
          group.dampening = 0.25;
          optimizer.zeroGrad();
          parameters[0].mul(parameters[1]).abs().square().sum().backward();
          optimizer.step();
        }
        return [...parameters];
      },
      `ps = [nn.Parameter(z), nn.Parameter(r)]
opt = torch.optim.SGD(ps, lr=0.05)
for step in range(9):
    opt.param_groups[0].update(momentum=0 if step % 4 == 0 else 0.5, dampening=0.25)
    opt.zero_grad()
    (ps[0] * ps[1]).abs().square().sum().backward()
    opt.step()
result = ps`,
      { z: torch.randn([3, 2], { dtype: 'complex64' }), r: torch.randn([3, 2]) },
      overSteps,
    ));

  it('a state from Python goes on as it would have there', async () => {
    const x = torch.randn([8, 4]);
    const start = torch.randn([4]);
    const code = (rest: string) => `p = nn.Parameter(start.clone())
opt = torch.optim.SGD([p], lr=0.05, momentum=0.9)
def steps(n):
    for _ in range(n):
        opt.zero_grad()
        (x @ p).square().mean().backward()
        opt.step()
steps(5)
${rest}`;
    const { result } = await oracle.evaluate(
      code("result = [p.detach(), opt.state_dict()['state'][0]['momentum_buffer']]"),
      { x, start },
    );
    const [p, buffer] = (result as RemoteTensor[]).map(toTensor) as [Tensor, Tensor];
    await oracle.compare(
      ({ x }) => {
        const parameter = new nn.Parameter(p);
        using optimizer = new optim.SGD([parameter]);
        optimizer.loadStateDict({
          state: { 0: { momentum_buffer: buffer } },
          param_groups: [{ params: [0], lr: 0.05, momentum: 0.9 }],
        });
        for (let step = 0; step < 5; step++) {
          optimizer.zeroGrad();
          torch.mv(x, parameter).square().mean().backward();
          optimizer.step();
        }
        return parameter;
      },
      code('steps(5)\nresult = p'),
      { x, start },
      overSteps,
    );
  });

  it('refuses options that mean nothing', () =>
    tidy(() => {
      const p = new nn.Parameter(torch.ones([2]));
      const make = (options: object) => () => new optim.SGD([p], options);
      expect(make({ lr: -1 })).toThrow('lr must be at least 0, got -1');
      expect(make({ momentum: -0.5 })).toThrow('momentum must be at least 0, got -0.5');
      expect(make({ dampening: Number.NaN })).toThrow('dampening must be finite, got NaN');
      expect(make({ weightDecay: -1 })).toThrow('weightDecay must be at least 0, got -1');
      expect(make({ nesterov: true })).toThrow('nesterov needs a momentum above 0');
      expect(make({ betas: [0.9, 0.9] })).toThrow("SGD has no option 'betas'");
      const index = torch.zeros([1, 1], { dtype: 'int64' });
      p.grad = torch.sparseCooTensor(index, torch.ones([1]), [2]);
      using decayed = new optim.SGD([p], { weightDecay: 0.1 });
      expect(() => decayed.step()).toThrow('SGD with weightDecay takes dense gradients');
    }));
});
