import {
  DataBunch,
  Learner,
  type LearnerOptions,
  nn,
  noGrad,
  type OptimizerFactory,
  OptimWrapper,
  optim,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

const adam: OptimizerFactory = (params) => new optim.Adam(params, { betas: [0.9, 0.99] });
const adamForeach: OptimizerFactory = (params) =>
  new optim.Adam(params, { betas: [0.9, 0.99], fused: false });
const sgd: OptimizerFactory = (params) => new optim.SGD(params, { momentum: 0.9 });

interface Steps {
  readonly lr: number;
  readonly wd: number;
  readonly mom?: number;
  readonly grads: readonly number[];
  readonly trueWd?: boolean;
}

/** One weight of 1 after each step. */
function walk(optFunc: OptimizerFactory, { lr, wd, mom, grads, trueWd = true }: Steps): number[] {
  return tidy(() => {
    const layer = new nn.Linear(1, 1, { bias: false });
    noGrad(() => layer.weight.fill_(1));
    using opt = new OptimWrapper(optFunc, [[layer]], { trueWd, bnWd: true });
    opt.lr = lr;
    opt.wd = wd;
    if (mom !== undefined) opt.mom = mom;
    return grads.map((grad) => {
      layer.weight.grad = tensor([[grad]]);
      opt.step();
      return Number(layer.weight.item());
    });
  });
}

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 6);
}

describe('the optimiser of a learner', () => {
  expectNoLeaks();

  it.each([
    ['fused', adam],
    ['foreach', adamForeach],
  ])('decays the weights and steps as J49 to J53 say, %s Adam', (_, optFunc) => {
    const thrice = { lr: 0.1, wd: 0.1, grads: [0.5, 0.5, 0.5] };
    expectNear(walk(optFunc, thrice), [0.89, 0.7811, 0.67328894]);
    const turning = { lr: 0.01, wd: 0.2, grads: [0.5, -1, 2] };
    expectNear(walk(optFunc, turning), [0.98800004, 0.98968017, 0.98351777]);
    expectNear(walk(optFunc, { ...turning, mom: 0.95 }), [0.98800004, 0.98942447, 0.98348147]);
    const still = { lr: 1e-3, wd: 0.2, grads: [0, 0, 0] };
    expectNear(walk(optFunc, still), [0.99980003, 0.99960011, 0.9994002]);
    expectNear(walk(optFunc, { ...thrice, trueWd: false }), [0.9, 0.80004352, 0.70016056]);
  });

  it('decays before the step of an optimiser that has no such decay, J54', () => {
    const steps = { lr: 0.1, wd: 0.1, grads: [0.5, 0.5, 0.5] };
    expectNear(walk(sgd, steps), [0.94, 0.8356, 0.69174397]);
  });

  it('leaves parameters without a gradient as they are', () => {
    for (const optFunc of [adam, sgd]) {
      tidy(() => {
        const layer = new nn.Linear(1, 1);
        noGrad(() => layer.weight.fill_(1));
        using opt = new OptimWrapper(optFunc, [[layer]], { trueWd: true, bnWd: true });
        opt.lr = 0.1;
        opt.wd = 0.1;
        opt.step();
        expect(layer.weight.item()).toBe(1);
      });
    }
  });

  it.each([
    ['Adam', true, adam],
    ['Adam', false, adam],
    ['SGD', true, sgd],
    ['SGD', false, sgd],
  ])('spares norms and biases without bnWd: %s, trueWd %s', (_, trueWd, optFunc) =>
    tidy(() => {
      const model = new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2));
      noGrad(() => {
        for (const parameter of model.parameters()) parameter.fill_(1);
      });
      using opt = new OptimWrapper(optFunc, [[...model]], { trueWd, bnWd: false });
      opt.lr = 0.5;
      opt.wd = 0.5;
      for (const parameter of model.parameters()) parameter.grad = torch.zerosLike(parameter);
      opt.step();
      const values = [...model.parameters()].map((parameter) => parameter.flatten().at(0).item());
      expect(values[0]).toBeLessThan(1);
      expect(values.slice(1)).toEqual([1, 1, 1]);
    }),
  );

  it('sets hyper-parameters by layer group, and reads those of the last', () =>
    tidy(() => {
      const groups = [[new nn.Linear(1, 1)], [new nn.Linear(1, 1)]];
      using opt = new OptimWrapper(adam, groups, { trueWd: true, bnWd: true });
      opt.lr = [0.1, 0.2];
      opt.mom = [0.8, 0.7];
      opt.beta = 0.95;
      opt.wd = [0.3, 0.4];
      const found = opt.optimizer.paramGroups as readonly optim.ParamGroup<optim.AdamOptions>[];
      expect(found.map(({ lr, betas, weightDecay }) => [lr, betas, weightDecay])).toEqual([
        [0.1, [0.8, 0.95], 0.3],
        [0.1, [0.8, 0.95], 0.3],
        [0.2, [0.7, 0.95], 0.4],
        [0.2, [0.7, 0.95], 0.4],
      ]);
      expect([opt.lr, opt.mom, opt.beta, opt.wd, opt.lrs]).toEqual([
        0.2,
        0.7,
        0.95,
        0.4,
        [0.1, 0.2],
      ]);
      expect(() => {
        opt.lr = [1, 2, 3];
      }).toThrow('lr needs one value or 2, one a layer group, got [1,2,3]');

      using rms = new OptimWrapper(
        (params) => new optim.RMSprop(params, { momentum: 0.5 }),
        groups,
        {
          trueWd: true,
          bnWd: true,
        },
      );
      rms.mom = 0.6;
      rms.beta = 0.9;
      const [first] = rms.optimizer
        .paramGroups as readonly optim.ParamGroup<optim.RMSpropOptions>[];
      expect([first?.momentum, first?.alpha, rms.mom, rms.beta]).toEqual([0.6, 0.9, 0.6, 0.9]);
      using plain = new OptimWrapper((params) => new optim.Adagrad(params), groups, {
        trueWd: true,
        bnWd: true,
      });
      plain.mom = 0.6;
      expect([plain.mom, plain.beta]).toEqual([null, null]);
    }));

  it('has a tied weight once', () =>
    tidy(() => {
      const [a, b] = [new nn.Linear(2, 2), new nn.Linear(2, 2)];
      b.weight = a.weight;
      using opt = new OptimWrapper(adam, [[a, a], [b]], { trueWd: true, bnWd: true });
      expect(opt.optimizer.paramGroups.map(({ params }) => params.length)).toEqual([1, 1, 0, 1]);
    }));

  /** A learner of three layers, the first with a batch norm. */
  function inThree(options: LearnerOptions = {}): Learner {
    const [x, y] = randomPairs(4);
    const model = new nn.Sequential(
      new nn.Sequential(new nn.Linear(2, 2), new nn.BatchNorm1d(2)),
      new nn.Linear(2, 2),
      new nn.Linear(2, 1),
    );
    const data = new DataBunch(inOrder(x, y, 2), null);
    const learn = new Learner(data, model, {
      lossFunc: new nn.MSELoss(),
      silent: true,
      ...options,
    });
    return learn.split([...model].slice(1));
  }

  it('freezes all but the last layer group and batch norms, J57', () =>
    tidy(() => {
      using learn = inThree();
      const trained = () =>
        [...learn.model.parameters()].map((parameter) => parameter.requiresGrad);
      expect(learn.layerGroups.map((group) => group.length)).toEqual([2, 1, 1]);
      learn.freeze();
      expect(trained()).toEqual([false, false, true, true, false, false, true, true]);
      expect(learn.opt.optimizer.paramGroups.map(({ params }) => params.length)).toEqual([
        0, 2, 0, 0, 1, 1,
      ]);
      learn.freezeTo(1);
      expect(trained()).toEqual([false, false, true, true, true, true, true, true]);
      learn.unfreeze();
      expect(trained()).not.toContain(false);

      using plain = inThree({ trainBn: false });
      plain.freeze();
      const frozen = [...plain.model.parameters()].map((parameter) => !parameter.requiresGrad);
      expect(frozen).toEqual([true, true, true, true, true, true, false, false]);
      plain.split([]);
      expect(() => plain.freeze()).toThrow('freeze needs at least two layer groups, got 1');
    }));

  it('keeps its optimiser over fits, until layers are frozen, J58', async () => {
    const [x, y] = randomPairs(4);
    using model = new nn.Sequential(new nn.Linear(2, 2), new nn.Linear(2, 1));
    using learn = new Learner(new DataBunch(inOrder(x, y, 2), null), model, {
      lossFunc: new nn.MSELoss(),
      silent: true,
    });
    learn.split((given) => [...given.children()].slice(1));
    const steps = () =>
      [...(learn.opt.optimizer as optim.Adam).state.values()].map((state) =>
        Number(state.step.item()),
      );
    await learn.fit(1, 1e-3);
    const { opt } = learn;
    expect(steps()).toEqual([2, 2, 2, 2]);
    await learn.fit(1, 1e-3);
    expect(learn.opt === opt).toBe(true);
    expect(steps()).toEqual([4, 4, 4, 4]);
    learn.freezeTo(1);
    expect(learn.opt === opt).toBe(false);
    await learn.fit(1, 1e-3);
    expect(steps()).toEqual([2, 2]);
    x.dispose();
    y.dispose();
  });

  it('lets a model forget what it carries between batches', () =>
    tidy(() => {
      class Carrying extends nn.Linear {
        resets = 0;
        reset(): void {
          this.resets++;
        }
      }
      const model = new Carrying(2, 1);
      const data = new DataBunch(inOrder(...randomPairs(2), 2), null);
      using learn = new Learner(data, model, { lossFunc: new nn.MSELoss() });
      learn.unfreeze();
      expect(model.resets).toBe(1);
    }));

  it('splits at modules of the model, in order', () =>
    tidy(() => {
      using learn = inThree();
      const [first, second, third] = [...learn.model.children()] as [
        nn.Module,
        nn.Module,
        nn.Module,
      ];
      learn.split([first, third]);
      expect(learn.layerGroups.map((group) => group.length)).toEqual([3, 1]);
      learn.split(third);
      expect(learn.layerGroups.map((group) => group.length)).toEqual([3, 1]);
      learn.split([[first], [second, third]]);
      expect(learn.layerGroups.map((group) => group.length)).toEqual([2, 2]);
      using given = new Learner(learn.data, learn.model, {
        layerGroups: [[first, second], [third]],
      });
      expect(given.layerGroups.map((group) => group.length)).toEqual([3, 1]);
      expect(() => given.freezeTo(3)).toThrow('from -2 to 2, got 3');
      expect(() => learn.split([third, second])).toThrow("in the model's order");
      expect(() => learn.split([new nn.ReLU()])).toThrow(
        'split point 0 is not a module of the model',
      );
    }));
});
