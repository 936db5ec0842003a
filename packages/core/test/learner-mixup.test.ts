import {
  type Callback,
  DataBunch,
  Learner,
  MixUpCallback,
  nn,
  optim,
  type Tensor,
  torch,
} from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { inOrder } from './learner-batches.js';

describeWithOracle('MixUpCallback', (oracle) => {
  it('trains on mixtures, and validates as ever', async () => {
    const x = torch.randn([6, 3]);
    const y = torch.randint(0, 4, [6]);
    using model = new nn.Linear(3, 4);
    const weights = [...model.parameters()].map((parameter) => parameter.detach().clone());
    const batches = inOrder(x, y, 6);
    const lossFunc = new nn.CrossEntropyLoss();
    using learn = new Learner(new DataBunch(batches, batches, { device: 'cpu' }), model, {
      lossFunc,
      wd: 0,
      silent: true,
      optFunc: (params) => new optim.SGD(params, { lr: 1 }),
    });
    const seed: Callback = { order: -99, onBatchBegin: () => void torch.manualSeed(oracle.seed) };
    expect(learn.mixup(0.3)).toBe(learn);
    await learn.fit(1, 0.5, { callbacks: [seed] });
    expect(learn.lossFunc).toBe(lossFunc);
    const { result } = await oracle.evaluate(
      `
torch.manual_seed(seed)
share = torch.distributions.Beta(.3, .3).sample([6])
share = torch.maximum(share, 1 - share)
partner = torch.randperm(6)
w, b = (p.requires_grad_() for p in weights)
loss = lambda target: F.cross_entropy(F.linear(x * share[:, None] + x[partner] * (1 - share[:, None]), w, b), target, reduction='none')
mixed = (share * loss(y) + (1 - share) * loss(y[partner])).mean()
mixed.backward()
with torch.no_grad():
    for p in (w, b): p -= .5 * p.grad
    valid = F.cross_entropy(F.linear(x, w, b), y)
result = [float(mixed), float(valid), w.flatten().tolist() + b.tolist()]`,
      { x, y, weights, seed: oracle.seed },
    );
    const [mixed, valid, stepped] = result as [number, number, number[]];
    expect(learn.recorder.losses[0]).toBeCloseTo(mixed, 5);
    expect(learn.recorder.valLosses[0]).toBeCloseTo(valid, 5);
    const found = [...model.parameters()].flatMap((p) => (p.toArray() as number[]).flat());
    for (const [i, value] of stepped.entries()) expect(found[i]).toBeCloseTo(value, 5);
    for (const tensor of [x, y, ...weights]) tensor.dispose();
  });

  it('mixes several inputs alike, and gives the loss back when the fit fails', async () => {
    const x = torch.rand([4, 1]);
    const pairs = inOrder(x, x, 4);
    const twice = {
      length: 1,
      batches: () => {
        const iterator = pairs.batches();
        const take = () => {
          const [own, target] = iterator.take() as [Tensor, Tensor];
          return [[own, own.mul(2)], target] as const;
        };
        return { ...iterator, take };
      },
    };
    class Sum extends nn.Module<[Tensor, Tensor]> {
      readonly weight = new nn.Parameter(torch.ones([1]));
      protected override forward(a: Tensor, b: Tensor): Tensor {
        expect(b.allclose(a.mul(2))).toBe(true);
        return a.add(b).mul(this.weight);
      }
    }
    using model = new Sum();
    const lossFunc = nn.functional.mseLoss;
    using learn = new Learner(new DataBunch(twice, null, { device: 'cpu' }), model, {
      lossFunc,
      silent: true,
    });
    await learn.fit(2, 0.1, { callbacks: [new MixUpCallback(learn)] });
    const failing: Callback = {
      onBackwardEnd: () => {
        throw new Error('stop');
      },
    };
    const fit = learn.fit(1, 0.1, { callbacks: [new MixUpCallback(learn), failing] });
    await expect(fit).rejects.toThrow('stop');
    expect(learn.lossFunc).toBe(lossFunc);
    expect(() => new MixUpCallback(learn, 0)).toThrow('alpha must be positive, got 0');
    x.dispose();
  });
});
