import { amp, nn, optim, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';
import { overSteps } from './training.js';

expectNoLeaks();

type Parameters = Iterable<nn.Parameter>;
type Trained = amp.ScaledOptimizer & Disposable & { zeroGrad(): void };

// biome-ignore format: rows
const optimizers: readonly (readonly [
  name: string, make: (p: Parameters, fused: boolean) => Trained, python: string, hasFused: boolean,
])[] = [
  ['SGD', (p, fused) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, fused }), 'SGD(p, lr=0.1, momentum=0.9', true],
  ['SGD with dampening', (p, fused) => new optim.SGD(p, { lr: 0.1, momentum: 0.9, dampening: 0.5, fused }), 'SGD(p, lr=0.1, momentum=0.9, dampening=0.5', false],
  ['Adam', (p, fused) => new optim.Adam(p, { lr: 0.1, fused }), 'Adam(p, lr=0.1', true],
  ['AdamW', (p, fused) => new optim.AdamW(p, { lr: 0.1, amsgrad: true, fused }), 'AdamW(p, lr=0.1, amsgrad=True', true],
  ['Adagrad', (p, fused) => new optim.Adagrad(p, { lr: 0.1, fused }), 'Adagrad(p, lr=0.1', true],
  ['RMSprop', (p) => new optim.RMSprop(p, { lr: 0.1 }), 'RMSprop(p, lr=0.1', false],
];

const cases = optimizers.flatMap(([name, make, python, hasFused]) =>
  (hasFused ? [true, false] : [false]).flatMap((fused) =>
    [true, false].map((clip) => ({ name, make, python, hasFused, fused, clip })),
  ),
);

/** Steps of which some have an infinite or no number among the gradients. */
const factors = [1, Number.POSITIVE_INFINITY, 1, 1, 1, Number.NaN, 1, 1];

describeWithOracle('GradScaler', (oracle) => {
  it.each(cases)('$name, fused $fused, clipping $clip', ({ make, python, hasFused, fused, clip }) =>
    oracle.compare(
      ({ x, start }) => {
        const p = new nn.Parameter(start);
        using optimizer = make([p], fused);
        using scaler = new amp.GradScaler('cpu', { initScale: 1024, growthInterval: 2 });
        const scales = factors.map((factor) =>
          tidy(() => {
            optimizer.zeroGrad();
            const loss = torch.mv(x, p).square().mean();
            scaler.scale(loss.mul(factor)).backward();
            if (clip) {
              scaler.unscale_(optimizer);
              nn.utils.clipGradNorm_([p], 0.5);
            }
            scaler.step(optimizer);
            scaler.update();
            return scaler.getScale();
          }),
        );
        const state = Object.values(scaler.stateDict());
        if (!(optimizer instanceof optim.Optimizer)) throw new Error('not an optimizer');
        const own = Object.values(optimizer.stateDict().state.get(0) ?? {}) as Tensor[];
        return [p, ...scales, ...state, ...own.map((value) => value.clone())];
      },
      `start = nn.Parameter(start)
p = [start]
opt = torch.optim.${python}${hasFused ? `, fused=${fused ? 'True' : 'False'}` : ''})
scaler = torch.amp.GradScaler('cpu', init_scale=1024., growth_interval=2)
scales = []
for factor in [1, float('inf'), 1, 1, 1, float('nan'), 1, 1]:
    opt.zero_grad()
    scaler.scale((x @ start).square().mean() * factor).backward()
    if ${clip ? 'True' : 'False'}:
        scaler.unscale_(opt)
        nn.utils.clip_grad_norm_(p, 0.5)
    scaler.step(opt)
    scaler.update()
    scales.append(scaler.get_scale())
result = [start, *scales, *scaler.state_dict().values(), *opt.state_dict()['state'][0].values()]`,
      { x: torch.randn([8, 4]), start: torch.randn([4]) },
      overSteps,
    ),
  );

  it('trains in float16 under autocast as in Python', () =>
    oracle.compare(
      ({ x, y }) => {
        const model = new nn.Sequential(new nn.Linear(4, 16), new nn.ReLU(), new nn.Linear(16, 1));
        using optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
        using scaler = new amp.GradScaler('cpu');
        for (let step = 0; step < 5; step++) {
          optimizer.zeroGrad();
          const loss = amp.autocast({ deviceType: 'cpu', dtype: 'float16' }, () =>
            nn.functional.mseLoss(model.call(x), y),
          );
          scaler.scale(loss).backward();
          scaler.step(optimizer);
          scaler.update();
        }
        return [...model.parameters(), scaler.getScale()];
      },
      `model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 1))
opt = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.amp.GradScaler('cpu')
for _ in range(5):
    opt.zero_grad()
    with torch.autocast('cpu', dtype=torch.float16):
        loss = F.mse_loss(model(x), y)
    scaler.scale(loss).backward()
    scaler.step(opt)
    scaler.update()
result = [*model.parameters(), scaler.get_scale()]`,
      { x: torch.randn([8, 4]), y: torch.randn([8, 1]) },
      { absolute: 2e-3, relative: 1e-2 },
    ));

  it('takes several losses, several optimisers, and a new scale', () =>
    oracle.compare(
      ({ a, b }) => {
        const [p, q] = [new nn.Parameter(a), new nn.Parameter(b)];
        using first = new optim.SGD([p], { lr: 1 });
        using second = new optim.SGD([q], { lr: 1, fused: false });
        using scaler = new amp.GradScaler('cpu', { initScale: 8 });
        const [one, two] = scaler.scale([p.square().sum(), q.square().sum()]) as [Tensor, Tensor];
        one.backward();
        two.mul(Number.POSITIVE_INFINITY).backward();
        scaler.unscale_(second);
        scaler.step(first);
        scaler.step(second);
        scaler.update();
        const scales = [scaler.getScale()];
        scaler.update(3);
        scales.push(scaler.getScale());
        scaler.update(tensor([5]));
        return [p, q, one, two, ...scales, scaler.getScale()];
      },
      `p, q = nn.Parameter(a), nn.Parameter(b)
first, second = torch.optim.SGD([p], lr=1.), torch.optim.SGD([q], lr=1.)
scaler = torch.amp.GradScaler('cpu', init_scale=8.)
one, two = scaler.scale([p.square().sum(), q.square().sum()])
one.backward()
(two * float('inf')).backward()
scaler.unscale_(second)
scaler.step(first)
scaler.step(second)
scaler.update()
scales = [scaler.get_scale()]
scaler.update(3.)
scales.append(scaler.get_scale())
scaler.update(torch.tensor([5.]).squeeze())
result = [p, q, one, two, *scales, scaler.get_scale()]`,
      { a: torch.randn([3]), b: torch.randn([2]) },
    ));

  it('divides sparse gradients', () =>
    oracle.compare(
      ({ w, i }) => {
        const p = new nn.Parameter(w);
        using optimizer = new optim.SGD([p], { lr: 0.5 });
        using scaler = new amp.GradScaler('cpu', { initScale: 16 });
        const rows = torch.embedding(p, i, -1, false, true);
        scaler.scale(rows.square().sum()).backward();
        scaler.step(optimizer);
        scaler.update();
        return p;
      },
      `p = nn.Parameter(w)
opt = torch.optim.SGD([p], lr=0.5)
scaler = torch.amp.GradScaler('cpu', init_scale=16.)
scaler.scale(F.embedding(i, p, sparse=True).square().sum()).backward()
scaler.step(opt)
scaler.update()
result = p`,
      { w: torch.randn([5, 3]), i: torch.randint(5, [4]) },
    ));

  it('begins with the state that Python saved', () =>
    oracle.compare(
      () => {
        using scaler = new amp.GradScaler('cpu');
        scaler.loadStateDict({
          scale: 4,
          growth_factor: 3,
          backoff_factor: 0.25,
          growth_interval: 5,
          _growth_tracker: 2,
        });
        scaler.scale(torch.ones([]));
        return [scaler.scale(torch.ones([2])), ...Object.values(scaler.stateDict())];
      },
      `s = torch.amp.GradScaler('cpu')
s.load_state_dict(dict(scale=4., growth_factor=3., backoff_factor=.25, growth_interval=5, _growth_tracker=2))
s.scale(torch.ones([]))
result = [s.scale(torch.ones(2)), *s.state_dict().values()]`,
      {},
    ));
});

describe('GradScaler', () => {
  const setUp = () => {
    const p = tidy(() => new nn.Parameter(torch.ones([2])));
    const optimizer = new optim.SGD([p], { lr: 1 });
    return { p, optimizer, scaler: new amp.GradScaler('cpu', { initScale: 4 }) };
  };

  it('wants its calls in order', () =>
    tidy(() => {
      const { p, optimizer, scaler } = setUp();
      expect(() => scaler.step(optimizer)).toThrow('step() needs scale() first');
      expect(() => scaler.update()).toThrow('update() needs scale() first');
      const loss = scaler.scale(p.sum());
      expect(() => scaler.step(optimizer)).toThrow('step(): there was no gradient');
      expect(() => scaler.update()).toThrow('update(): there was no gradient');
      loss.backward();
      scaler.unscale_(optimizer);
      expect(() => scaler.unscale_(optimizer)).toThrow('since the last update()');
      expect(p.grad?.toArray()).toEqual([1, 1]);
      scaler.step(optimizer);
      expect(() => scaler.step(optimizer)).toThrow('since the last update()');
      expect(() => scaler.unscale_(optimizer)).toThrow('comes before step()');
      scaler.update();
      expect(p.toArray()).toEqual([0, 0]);
      scaler.dispose();
    }));

  it('keeps what it needs between steps in scopes, and frees it', () => {
    const { p, optimizer, scaler } = setUp();
    tidy(() => scaler.scale(p.sum()).backward());
    tidy(() => scaler.unscale_(optimizer));
    tidy(() => scaler.step(optimizer));
    tidy(() => scaler.update());
    expect(scaler.getScale()).toBe(4);
    scaler.dispose();
    p.dispose();
  });

  it('only steps when it is not enabled', () =>
    tidy(() => {
      const { p, optimizer } = setUp();
      const scaler = new amp.GradScaler('cpu', { enabled: false });
      const loss = p.sum();
      expect(scaler.scale(loss)).toBe(loss);
      loss.backward();
      scaler.unscale_(optimizer);
      scaler.step(optimizer);
      scaler.update();
      expect(p.toArray()).toEqual([0, 0]);
      expect([scaler.getScale(), scaler.isEnabled(), scaler.stateDict()]).toEqual([1, false, {}]);
    }));

  it('refuses what it cannot do', () =>
    tidy(() => {
      const make = (options: object) => () => new amp.GradScaler('cpu', options);
      expect(make({ growthFactor: 1 })).toThrow('growthFactor must be above 1, got 1');
      expect(make({ backoffFactor: 1 })).toThrow('backoffFactor must be below 1, got 1');
      expect(make({ scale: 2 })).toThrow("no option 'scale'");
      const { scaler } = setUp();
      expect(() => scaler.loadStateDict({ scale: 2 })).toThrow("a number 'growth_factor'");
      const half = new nn.Parameter(torch.ones([2], { dtype: 'float16' }));
      using optimizer = new optim.RMSprop([half]);
      scaler.scale(half.sum()).backward();
      expect(() => scaler.step(optimizer)).toThrow('must not be float16');
      expect(() => scaler.update(torch.ones([2]))).toThrow('one element and no gradient, got [2]');
      scaler.dispose();
    }));

  it.skipIf(torch.cuda.isAvailable())('warns where there is no GPU, and does nothing', () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    expect(new amp.GradScaler().isEnabled()).toBe(false);
    expect(warned).toHaveBeenCalledWith(expect.stringContaining('no GPU'), 'TorchWarning');
    warned.mockRestore();
  });
});
