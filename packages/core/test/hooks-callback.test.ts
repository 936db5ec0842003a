import {
  ActivationStats,
  DataBunch,
  HookCallback,
  Learner,
  nn,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

const build = () => new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));

/** A learner with two training batches of 4, and validation. */
function setUp(model: nn.AnyModule = build()) {
  const [x, y] = randomPairs(8);
  const batches = inOrder(x, y, 4);
  const data = new DataBunch(batches, batches, { device: 'cpu' });
  const learn = new Learner(data, model, { lossFunc: new nn.MSELoss(), silent: true });
  const free = () => {
    for (const part of [learn, model, x, y]) part.dispose();
  };
  return { learn, x, free };
}

class Shapes extends HookCallback<readonly number[]> {
  protected override hook(_: nn.AnyModule, __: readonly unknown[], output: unknown) {
    return (output as Tensor).shape;
  }
}

describe('HookCallback', () => {
  expectNoLeaks();

  it('hooks the leaf modules with parameters, and lets go of them after the fit', async () => {
    const { learn, x, free } = setUp();
    const shapes = new Shapes(learn);
    await learn.fit(1, 0.1, { callbacks: [shapes] });
    expect(shapes.modules.map(String)).toEqual(
      [0, 2].map((i) => `${learn.model.getSubmodule(`${i}`)}`),
    );
    expect(shapes.hooks?.stored).toEqual([
      [4, 3],
      [4, 1],
    ]);
    expect(shapes.hooks?.removed).toBe(true);
    tidy(() => void learn.model.call(x));
    expect(shapes.hooks?.stored[0]).toEqual([4, 3]);
    free();
  });

  it('can stay, on modules of choice', async () => {
    const { learn, x, free } = setUp();
    const relu = learn.model.getSubmodule('1');
    {
      using shapes = new Shapes(learn, { modules: [relu], doRemove: false });
      await learn.fit(1, 0.1, { callbacks: [shapes] });
      await learn.fit(1, 0.1, { callbacks: [shapes] });
      tidy(() => void learn.model.call(x));
      expect(shapes.hooks?.stored).toEqual([[8, 3]]);
    }
    expect(() => new Shapes(learn, { module: relu } as never)).toThrow("no option 'module'");
    free();
  });

  it('lets go also when the fit fails', async () => {
    const { learn, free } = setUp();
    const shapes = new Shapes(learn);
    const failing = {
      onBackwardEnd() {
        throw new Error('mine');
      },
    };
    await expect(learn.fit(1, 0.1, { callbacks: [shapes, failing] })).rejects.toThrow('mine');
    expect(shapes.hooks?.removed).toBe(true);
    free();
  });
});

describe('ActivationStats', () => {
  expectNoLeaks();

  it('has a value for each of 2 modules and 6 batches of 3 epochs', async () => {
    const { learn, free } = setUp();
    using stats = new ActivationStats(learn);
    await learn.fit(3, 0.1, { callbacks: [stats] });
    expect(stats.stats?.shape).toEqual([2, 2, 6]);
    expect(stats.nearZero?.shape).toEqual([2, 6]);
    expect(stats.hist).toBeNull();
    const first = stats.stats;
    await learn.fit(1, 0.1, { callbacks: [stats] });
    expect(first?.isDisposed).toBe(true);
    expect(stats.stats?.shape).toEqual([2, 2, 2]);
    free();
  });

  it('measures what the layers give in training', async () => {
    const { learn, x, free } = setUp();
    const modules = [learn.model.getSubmodule('0'), learn.model.getSubmodule('1')];
    using stats = new ActivationStats(learn, { modules, withHist: true });
    await learn.fit(1, 0, { callbacks: [stats], wd: 0 });
    tidy(() => {
      const [linear, relu] = modules as [nn.Module, nn.Module];
      for (const batch of [0, 1]) {
        const a = linear.call(x.narrow(0, 4 * batch, 4));
        for (const [i, output] of [a, relu.call(a)].entries()) {
          const value = (of: Tensor | null, ...at: number[]) =>
            at.reduce((tensor, index) => tensor.select(0, index), of as Tensor).item();
          expect(value(stats.stats, 0, i, batch)).toBeCloseTo(Number(output.mean().item()), 5);
          expect(value(stats.stats, 1, i, batch)).toBeCloseTo(Number(output.std().item()), 5);
          const share = output.le(0.05).float().mean().item();
          expect(value(stats.nearZero, i, batch)).toBeCloseTo(Number(share), 5);
          const counts = stats.hist?.select(0, i).select(1, batch);
          expect(counts?.toArray()).toEqual(torch.histc(output, 40, 0, 10).toArray());
        }
      }
    });
    free();
  });

  it('is plotted by layer', async () => {
    const { learn, free } = setUp();
    using stats = new ActivationStats(learn, { withHist: true });
    expect(() => stats.plotLayerStats(0)).toThrow('no statistics: they are there when a fit');
    await learn.fit(3, 0.1, { callbacks: [stats] });
    const { series, title } = stats.plotLayerStats(-1);
    expect(title).toBe('Activations of Linear 1');
    expect(series.map(({ name }) => name)).toEqual([
      'Mean',
      'Standard deviation',
      'Share near zero',
    ]);
    tidy(() => {
      expect(series[0]?.y).toEqual(stats.stats?.select(0, 0).select(0, 1).toArray());
      expect(series[1]?.y).toEqual(stats.stats?.select(0, 1).select(0, 1).toArray());
      expect(series[2]?.y).toEqual(stats.nearZero?.select(0, 1).toArray());
    });
    const colours = stats.colorDim(0);
    expect(colours.series).toHaveLength(40);
    expect(colours.series[1]?.name).toBe('from 0.25');
    tidy(() => {
      const counts = stats.hist?.select(0, 0).select(0, 1).toArray() as number[];
      expect(colours.series[1]?.y).toEqual(counts.map(Math.log1p));
    });
    expect(await colours.toSvg()).toContain('<svg');
    expect(() => stats.plotLayerStats(2)).toThrow('no module 2 among 2');
    const without = new ActivationStats(learn);
    expect(() => without.colorDim(0)).toThrow('no histograms, see withHist');
    free();
  });

  it('has NaN for a module that does not run, and takes the first of several outputs', async () => {
    class Odd extends nn.Module {
      readonly pair = new Pair();
      readonly idle = new nn.Linear(1, 1);
      protected override forward(input: Tensor): Tensor {
        return this.pair.call(input)[0] as Tensor;
      }
    }
    class Pair extends nn.Module<[input: Tensor], readonly Tensor[]> {
      readonly weight = new nn.Parameter(torch.ones([2]));
      protected override forward(input: Tensor): readonly Tensor[] {
        return [input.mul(this.weight).sum(1, true), input];
      }
    }
    const { learn, free } = setUp(tidy(() => new Odd()));
    using stats = new ActivationStats(learn);
    await learn.fit(1, 0.1, { callbacks: [stats] });
    tidy(() => {
      expect(stats.stats?.isnan().toArray()).toEqual([
        [
          [false, false],
          [true, true],
        ],
        [
          [false, false],
          [true, true],
        ],
      ]);
    });
    free();
  });
});
