import { memory, nn, optim, tensor, tidy, torch } from '@flambeau/core';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const s = optim.lrScheduler;
type Scheduled = optim.SGD | optim.Adam;

/** Everything that has a step and a state. */
interface Scheduler {
  step(): void;
  getLastLr(): readonly number[];
  stateDict(): optim.lrScheduler.LRSchedulerState;
  loadStateDict(state: optim.lrScheduler.LRSchedulerState): void;
}

const makeSgd = () =>
  new optim.SGD([
    { params: [new nn.Parameter(torch.ones([1]))], lr: 0.5, momentum: 0.9 },
    { params: [new nn.Parameter(torch.ones([1]))], lr: 0.02, momentum: 0.5 },
  ]);
const makeAdam = () => new optim.Adam([new nn.Parameter(torch.ones([1]))], { lr: 0.3 });

const pythonSgd = `opt = torch.optim.SGD([
    {'params': [nn.Parameter(torch.ones(1))], 'lr': 0.5, 'momentum': 0.9},
    {'params': [nn.Parameter(torch.ones(1))], 'lr': 0.02, 'momentum': 0.5}])`;
const pythonAdam = 'opt = torch.optim.Adam([nn.Parameter(torch.ones(1))], lr=0.3)';

const ramp = (epoch: number) => 1 / (epoch + 1);
const wave = (epoch: number) => 0.9 + 0.05 * (epoch % 3);

const cases: readonly (readonly [string, (optimizer: Scheduled) => Scheduler])[] = [
  ['S.LambdaLR(opt, lambda e: 1 / (e + 1))', (o) => new s.LambdaLR(o, ramp)],
  [
    'S.MultiplicativeLR(opt, lambda e: 0.9 + 0.05 * (e % 3))',
    (o) => new s.MultiplicativeLR(o, wave),
  ],
  ['S.StepLR(opt, 7)', (o) => new s.StepLR(o, 7)],
  ['S.StepLR(opt, 5, 0.5)', (o) => new s.StepLR(o, 5, 0.5)],
  ['S.MultiStepLR(opt, [3, 20, 20, 41])', (o) => new s.MultiStepLR(o, [3, 20, 20, 41])],
  ['S.ConstantLR(opt)', (o) => new s.ConstantLR(o)],
  ['S.ConstantLR(opt, 0.25, 12)', (o) => new s.ConstantLR(o, 0.25, 12)],
  ['S.LinearLR(opt)', (o) => new s.LinearLR(o)],
  ['S.LinearLR(opt, 0.9, 0.1, 33)', (o) => new s.LinearLR(o, 0.9, 0.1, 33)],
  ['S.ExponentialLR(opt, 0.9)', (o) => new s.ExponentialLR(o, 0.9)],
  ['S.PolynomialLR(opt)', (o) => new s.PolynomialLR(o)],
  ['S.PolynomialLR(opt, 40, 2.5)', (o) => new s.PolynomialLR(o, 40, 2.5)],
  ['S.CosineAnnealingLR(opt, 13)', (o) => new s.CosineAnnealingLR(o, 13)],
  ['S.CosineAnnealingLR(opt, 20, 0.01)', (o) => new s.CosineAnnealingLR(o, 20, 0.01)],
  ['S.CosineAnnealingWarmRestarts(opt, 9)', (o) => new s.CosineAnnealingWarmRestarts(o, 9)],
  [
    'S.CosineAnnealingWarmRestarts(opt, 4, 2, 0.01)',
    (o) => new s.CosineAnnealingWarmRestarts(o, 4, 2, 0.01),
  ],
  [
    'S.CyclicLR(opt, 0.01, 0.2, step_size_up=7)',
    (o) => new s.CyclicLR(o, 0.01, 0.2, { stepSizeUp: 7 }),
  ],
  [
    "S.CyclicLR(opt, 0.01, 0.2, 5, 8, 'triangular2', base_momentum=0.7, max_momentum=0.99)",
    (o) =>
      new s.CyclicLR(o, 0.01, 0.2, {
        stepSizeUp: 5,
        stepSizeDown: 8,
        mode: 'triangular2',
        baseMomentum: 0.7,
        maxMomentum: 0.99,
      }),
  ],
  [
    "S.CyclicLR(opt, 0.01, 0.2, 6, mode='exp_range', gamma=0.97, cycle_momentum=False)",
    (o) =>
      new s.CyclicLR(o, 0.01, 0.2, {
        stepSizeUp: 6,
        mode: 'exp_range',
        gamma: 0.97,
        cycleMomentum: false,
      }),
  ],
  [
    "S.CyclicLR(opt, 0.01, 0.2, 6, scale_fn=lambda x: 1 / (x + 1), scale_mode='iterations')",
    (o) => new s.CyclicLR(o, 0.01, 0.2, { stepSizeUp: 6, scaleFn: ramp, scaleMode: 'iterations' }),
  ],
  ['S.OneCycleLR(opt, 0.1, 61)', (o) => new s.OneCycleLR(o, 0.1, { totalSteps: 61 })],
  [
    "S.OneCycleLR(opt, 0.1, epochs=8, steps_per_epoch=10, pct_start=0.25, anneal_strategy='linear', three_phase=True)",
    (o) =>
      new s.OneCycleLR(o, 0.1, {
        epochs: 8,
        stepsPerEpoch: 10,
        pctStart: 0.25,
        annealStrategy: 'linear',
        threePhase: true,
      }),
  ],
  [
    'S.OneCycleLR(opt, 0.1, 70, base_momentum=0.6, max_momentum=0.7, div_factor=10., final_div_factor=50.)',
    (o) =>
      new s.OneCycleLR(o, 0.1, {
        totalSteps: 70,
        baseMomentum: 0.6,
        maxMomentum: 0.7,
        divFactor: 10,
        finalDivFactor: 50,
      }),
  ],
  [
    'S.SequentialLR(opt, [S.LinearLR(opt, 0.1, total_iters=8), S.CosineAnnealingLR(opt, 20), S.ExponentialLR(opt, 0.9)], [8, 30])',
    (o) =>
      new s.SequentialLR(
        o,
        [new s.LinearLR(o, 0.1, 1, 8), new s.CosineAnnealingLR(o, 20), new s.ExponentialLR(o, 0.9)],
        [8, 30],
      ),
  ],
  [
    'S.SequentialLR(opt, [S.MultiStepLR(opt, [2, 4]), S.StepLR(opt, 3), S.PolynomialLR(opt, 9), S.ConstantLR(opt, 0.5, 3), S.LambdaLR(opt, lambda e: 1 / (e + 1))], [6, 16, 28, 40])',
    (o) =>
      new s.SequentialLR(
        o,
        [
          new s.MultiStepLR(o, [2, 4]),
          new s.StepLR(o, 3),
          new s.PolynomialLR(o, 9),
          new s.ConstantLR(o, 0.5, 3),
          new s.LambdaLR(o, ramp),
        ],
        [6, 16, 28, 40],
      ),
  ],
  [
    'S.ChainedScheduler([S.ConstantLR(opt, 0.1, 20), S.ExponentialLR(opt, 0.95)])',
    (o) => new s.ChainedScheduler([new s.ConstantLR(o, 0.1, 20), new s.ExponentialLR(o, 0.95)]),
  ],
];

const stepCount = 60;

/** Rates and momenta of all groups. */
const momentsOf = (optimizer: Scheduled) =>
  (optimizer.paramGroups as readonly Partial<optim.SGDOptions & optim.AdamOptions>[]).map(
    ({ lr, momentum, betas }) => [Number(lr), momentum ?? betas?.[0] ?? 0],
  );

const pythonMoments = `def moments():
    return [[float(g['lr']), g['momentum'] if 'momentum' in g else g['betas'][0]] for g in opt.param_groups]`;

/** Rates are computed in the same way, up to the order of a few roundings. */
const exact = { absolute: 1e-13, relative: 1e-10 };

describeWithOracle('lrScheduler', (oracle) => {
  for (const [python, make] of cases) {
    for (const [optimizer, makeOptimizer, pythonOptimizer] of [
      ['SGD', makeSgd, pythonSgd],
      ['Adam', makeAdam, pythonAdam],
    ] as const) {
      it(`${python} with ${optimizer}: ${stepCount} steps as in Python`, () =>
        oracle.compare(
          () => {
            using optimizer = makeOptimizer();
            const scheduler = make(optimizer);
            const seen = [momentsOf(optimizer)];
            for (let i = 0; i < stepCount; i++) {
              scheduler.step();
              seen.push(momentsOf(optimizer));
            }
            return [seen, scheduler.getLastLr()];
          },
          `S = torch.optim.lr_scheduler
${pythonOptimizer}
${pythonMoments}
scheduler = ${python}
seen = [moments()]
for _ in range(${stepCount}):
    scheduler.step()
    seen.append(moments())
result = [seen, scheduler.get_last_lr()]`,
          {},
          exact,
        ));
    }

    it(`${python}: its state goes on in Python, and Python's here`, async () => {
      const rest = `for _ in range(25):
    scheduler.step()
    seen.append(moments())
result = seen`;
      const begin = `S = torch.optim.lr_scheduler
${pythonSgd}
${pythonMoments}
scheduler = ${python}
seen = []`;
      const options = [
        'lr',
        'momentum',
        'initial_lr',
        'max_lr',
        'min_lr',
        'base_momentum',
        'max_momentum',
      ];
      const halfway = await oracle.evaluate(`${begin}
for _ in range(25): scheduler.step()
def plain(v):
    if isinstance(v, dict): return {str(k): plain(i) for k, i in v.items()}
    return [plain(i) for i in v] if isinstance(v, (list, tuple)) else v
groups = [{k: g[k] for k in ${JSON.stringify(options)} if k in g} for g in opt.param_groups]
result = [plain(scheduler.state_dict()), groups]`);
      const [theirs, groups] = halfway.result as [
        optim.lrScheduler.LRSchedulerState,
        Record<string, number>[],
      ];
      await oracle.compare(
        () => {
          using optimizer = makeSgd();
          const scheduler = make(optimizer);
          optimizer.loadStateDict({
            state: {},
            param_groups: groups.map((group, i) => ({ ...group, params: [i] })),
          });
          scheduler.loadStateDict(theirs);
          return Array.from({ length: 25 }, () => {
            scheduler.step();
            return momentsOf(optimizer);
          });
        },
        `${begin}
for _ in range(25): scheduler.step()
${rest}`,
        {},
        exact,
      );

      const ours = tidy(() => {
        using optimizer = makeSgd();
        const scheduler = make(optimizer);
        for (let i = 0; i < 25; i++) scheduler.step();
        const own = optimizer.stateDict().param_groups as readonly Record<string, number>[];
        const seen: unknown[] = [];
        const state = scheduler.stateDict();
        const saved = own.map((group) =>
          Object.fromEntries(options.filter((key) => key in group).map((key) => [key, group[key]])),
        );
        for (let i = 0; i < 25; i++) {
          scheduler.step();
          seen.push(momentsOf(optimizer));
        }
        return { state, saved, seen };
      });
      await oracle.compare(
        () => ours.seen,
        `${begin}
import json
state, saved = json.loads(text)
def counts(v):
    if 'milestones' in v: v['milestones'] = {int(k): n for k, n in v['milestones'].items()}
    for i in v.get('_schedulers', []): counts(i)
counts(state)
def within(known, mine):
    unknown = set(mine) - set(known)
    assert not unknown, unknown
    for a, b in zip(known.get('_schedulers', []), mine.get('_schedulers', [])): within(a, b)
within(scheduler.state_dict() , state)
for g, own in zip(opt.param_groups, saved): g.update(own)
scheduler.load_state_dict(state)
${rest}`,
        { text: JSON.stringify([ours.state, ours.saved]) },
        exact,
      );
    });
  }

  const plateaus = [
    ['', {}],
    ["mode='max', patience=2", { mode: 'max', patience: 2 }],
    [
      "factor=0.5, patience=1, threshold=0.3, threshold_mode='abs', cooldown=3, min_lr=[0.1, 0.001]",
      {
        factor: 0.5,
        patience: 1,
        threshold: 0.3,
        thresholdMode: 'abs',
        cooldown: 3,
        minLr: [0.1, 0.001],
      },
    ],
    [
      "mode='max', threshold_mode='abs', threshold=0.1, patience=0, eps=1e-3",
      { mode: 'max', thresholdMode: 'abs', threshold: 0.1, patience: 0, eps: 1e-3 },
    ],
  ] as const;

  for (const [python, options] of plateaus) {
    it(`ReduceLROnPlateau(${python}): ${stepCount} steps as in Python`, () =>
      oracle.compare(
        ({ metrics }) => {
          using optimizer = makeSgd();
          let scheduler = new s.ReduceLROnPlateau(optimizer, options);
          return Array.from({ length: stepCount }, (_, i) => {
            if (i === 30) {
              const state = scheduler.stateDict();
              scheduler = new s.ReduceLROnPlateau(optimizer);
              scheduler.loadStateDict(state);
            }
            scheduler.step(metrics.at(i));
            return [momentsOf(optimizer), scheduler.best];
          });
        },
        `${pythonSgd}
${pythonMoments}
scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, ${python})
result = []
for metric in metrics:
    scheduler.step(metric)
    result.append([moments(), scheduler.best])
names = scheduler.state_dict().keys()
assert set(own) <= set(names), set(own) - set(names)`,
        {
          metrics: torch.randn([stepCount], { dtype: 'float64' }),
          own: tidy(() => {
            using optimizer = makeSgd();
            return Object.keys(new s.ReduceLROnPlateau(optimizer).stateDict());
          }),
        },
        exact,
      ));
  }

  it('a rate in a tensor is changed in place', () =>
    oracle.compare(
      () => {
        const lr = tensor(0.5, { dtype: 'float64' });
        const parameter = new nn.Parameter(torch.ones([1]));
        using optimizer = new optim.SGD([parameter], { lr });
        const scheduler = new s.CosineAnnealingLR(optimizer, 10);
        for (let i = 0; i < 7; i++) scheduler.step();
        return [lr, scheduler.getLastLr()];
      },
      `lr = torch.tensor(0.5, dtype=torch.float64)
opt = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=lr)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(opt, 10)
for _ in range(7): scheduler.step()
result = [lr, [float(r) for r in scheduler.get_last_lr()]]`,
      {},
      exact,
    ));
});

describe('schedules', () => {
  const before = memory.liveTensors();
  afterAll(() => {
    globalThis.gc?.();
    expect(memory.liveTensors()).toBe(before);
  });

  it('refuse what means nothing', () =>
    tidy(() => {
      using o = makeSgd();
      using other = makeSgd();
      using adadelta = new optim.Adadelta([new nn.Parameter(torch.ones([1]))]);
      expect(() => new s.StepLR(o, 0)).toThrow('stepSize must be a whole number of at least 1');
      expect(() => new s.ConstantLR(o, 2)).toThrow('factor must be from 0 to 1, got 2');
      expect(() => new s.LinearLR(o, 0)).toThrow('startFactor must be above 0 and at most 1');
      expect(() => new s.LambdaLR(o, [ramp])).toThrow('each of the 2 groups, got 1');
      expect(() => new s.LambdaLR(o, 1 as never)).toThrow('lrLambda must be a function');
      expect(() => new s.CosineAnnealingWarmRestarts(o, 1.5)).toThrow('t0 must be a whole number');
      expect(() => new s.CyclicLR(adadelta, 0, 1)).toThrow('needs an optimizer with momentum');
      expect(() => new s.CyclicLR(o, 0, 1, { mode: 'up' as never })).toThrow("got 'up'");
      expect(() => new s.OneCycleLR(o, 1, {})).toThrow('either totalSteps is needed');
      expect(() => new s.OneCycleLR(o, 1, { totalSteps: 5, pctStart: 2 })).toThrow('pctStart');
      const cycle = new s.OneCycleLR(o, 1, { totalSteps: 2 });
      cycle.step();
      cycle.step();
      expect(() => cycle.step()).toThrow('the cycle has 2 steps, got step 3');
      expect(() => new s.SequentialLR(o, [], [])).toThrow('at least one scheduler');
      expect(() => new s.SequentialLR(o, [cycle], [1])).toThrow('need 0 milestones, got 1');
      expect(() => new s.SequentialLR(other, [cycle], [])).toThrow('another optimizer');
      expect(() => new s.ReduceLROnPlateau(o, { factor: 1 })).toThrow('factor must be below 1');
      expect(() => new s.ReduceLROnPlateau(o, { mode: 'up' as never })).toThrow("got 'up'");
      expect(() => new s.StepLR(adadelta, 1, 0.1, 3)).toThrow('lastEpoch 3 needs initialLr');
      const step = new s.StepLR(o, 3);
      expect(() => step.loadStateDict({ gamma: 'x' })).toThrow('gamma must be a number');
    }));

  it('go on from another scheduler by lastEpoch', () =>
    tidy(() => {
      using optimizer = makeSgd();
      const first = new s.StepLR(optimizer, 3);
      for (let i = 0; i < 4; i++) first.step();
      const second = new s.StepLR(optimizer, 3, 0.1, first.lastEpoch);
      expect(second.baseLrs).toEqual([0.5, 0.02]);
      expect(second.lastEpoch).toBe(5);
    }));

  it('annealings give the reference values', () => {
    const { annealingLinear, annealingExp, annealingCos, annealingPoly } = optim;
    const table = [
      [annealingLinear, [1, 0.7525, 0.505, 0.2575, 0.01]],
      [annealingExp, [1, 0.31622777, 0.1, 0.03162278, 0.01]],
      [annealingCos, [1, 0.85501786, 0.505, 0.15498214, 0.01]],
      [annealingPoly(0.8), [1, 0.7964737, 0.57860569, 0.33657821, 0.01]],
    ] as const;
    for (const [anneal, values] of table) {
      for (const [step, value] of values.entries()) {
        expect(anneal(1, 0.01, step / 4)).toBeCloseTo(value, 8);
      }
    }
  });

  it('annealings begin and end where they should', () => {
    const { annealingNo, annealingLinear, annealingCos, annealingExp, annealingPoly } = optim;
    const poly = annealingPoly(2);
    for (const anneal of [annealingLinear, annealingCos, annealingExp, poly]) {
      expect(anneal(0.5, 2, 0)).toBeCloseTo(0.5, 12);
      expect(anneal(0.5, 2, 1)).toBeCloseTo(2, 12);
    }
    expect(annealingNo(0.5, 2, 0.7)).toBe(0.5);
    expect(annealingLinear(1, 3, 0.25)).toBeCloseTo(1.5, 12);
    expect(annealingCos(1, 3, 1 / 3)).toBeCloseTo(1.5, 12);
    expect(annealingExp(1e-7, 10, 0.5)).toBeCloseTo(1e-3, 12);
    expect(poly(1, 3, 0.5)).toBeCloseTo(2.5, 12);
  });
});
