import {
  DataBunch,
  Learner,
  nn,
  type OptimizerFactory,
  optim,
  slice,
  type Tensor,
  torch,
} from '@flambeau/core';
import { expect, it } from 'vitest';
import { difference } from '../../../test/oracle/compare.js';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { inOrder } from './learner-batches.js';

/**
 * The same fit as a loop over PyTorch's own optimiser. A bias before a batch norm would have a
 * gradient of rounding errors only, which Adam makes large.
 */
const python = (optimizer: string) => `
import math
model = nn.Sequential(nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1)).double()
with torch.no_grad():
    for parameter, value in zip(model.parameters(), start):
        parameter.copy_(value)
w1, gamma, beta, w2, b2 = model.parameters()
groups = [[w1], [gamma, beta], [w2], [b2]]
opt = ${optimizer}([{'params': p} for p in groups])
spared = 0.3 if bn_wd else 0.
wd = [0.3, spared, 0.3, spared]
def cos(start, end, q):
    return end + (start - end) / 2 * (math.cos(math.pi * q) + 1)
n, peak = 12, [2e-3, 2e-3, 2e-2, 2e-2]
up = int(n * 0.3)
losses, valid, i = [], [], 0
for epoch in range(3):
    model.train()
    for xb, yb in zip(x.split(5), y.split(5)):
        for group, lr, decay in zip(opt.param_groups, peak, wd):
            first = i <= up
            group['lr'] = cos(lr / 25, lr, i / up) if first else cos(lr, lr / 250000, (i - up) / (n - up))
            mom = cos(0.95, 0.85, i / up) if first else cos(0.85, 0.95, (i - up) / (n - up))
            if 'betas' in group: group['betas'] = (mom, group['betas'][1])
            else: group['momentum'] = mom
            if not true_wd: group['weight_decay'] = decay
        loss = F.mse_loss(model(xb), yb)
        losses.append(loss.item())
        opt.zero_grad()
        loss.backward()
        if true_wd:
            with torch.no_grad():
                for group, decay in zip(opt.param_groups, wd):
                    for parameter in group['params']:
                        parameter.mul_(1 - group['lr'] * decay)
        opt.step()
        i += 1
    model.eval()
    with torch.no_grad():
        valid.append(F.mse_loss(model(x), y).item())
result = [losses, valid, *model.parameters(), *model[1].buffers()]`;

const optimizers: Readonly<Record<string, readonly [string, OptimizerFactory]>> = {
  Adam: [
    '(lambda groups: torch.optim.Adam(groups, betas=(0.9, 0.99)))',
    (params) => new optim.Adam(params, { betas: [0.9, 0.99] }),
  ],
  SGD: [
    '(lambda groups: torch.optim.SGD(groups, lr=0.1, momentum=0.9))',
    (params) => new optim.SGD(params, { momentum: 0.9 }),
  ],
};

describeWithOracle('a learner against a loop in Python', (oracle) => {
  it.each(
    Object.keys(optimizers).flatMap((name) =>
      [true, false].flatMap((trueWd) => [true, false].map((bnWd) => ({ name, trueWd, bnWd }))),
    ),
  )('trains with one cycle by $name, trueWd $trueWd, bnWd $bnWd', async (settings) => {
    const { name, trueWd, bnWd } = settings;
    const [pythonName, optFunc] = optimizers[name] as readonly [string, OptimizerFactory];
    const x = torch.randn([20, 3], { dtype: 'float64' });
    const y = torch.randn([20, 1], { dtype: 'float64' });
    using model = new nn.Sequential(
      new nn.Linear(3, 4, { bias: false }),
      new nn.BatchNorm1d(4),
      new nn.ReLU(),
      new nn.Linear(4, 1),
    ).double();
    const losses: number[] = [];
    const data = new DataBunch(inOrder(x, y, 5), inOrder(x, y, 8));
    using learn = new Learner(data, model, {
      lossFunc: new nn.MSELoss(),
      optFunc,
      trueWd,
      bnWd,
      silent: true,
      callbacks: [{ onBackwardBegin: ({ lastLoss }) => void losses.push(Number(lastLoss.item())) }],
    });
    learn.split(model.getSubmodule('3'));
    const start = [...model.parameters()];
    const { result } = await oracle.evaluate(python(pythonName), {
      x,
      y,
      start,
      true_wd: trueWd,
      bn_wd: bnWd,
    });
    await learn.fitOneCycle(3, slice(2e-2), { wd: 0.3 });
    const tensors: Tensor[] = [...model.parameters(), ...model.buffers()];
    const found = difference([losses, learn.recorder.valLosses, ...tensors], result);
    expect(found, `FLAMBEAU_SEED=${oracle.seed}`).toBeUndefined();
    x.dispose();
    y.dispose();
  });
});
