import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { DataBunch, Learner, metrics, nn, type Recorder } from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

/** The recorder of a fit of 4 batches an epoch, to be looked at in `action`. */
async function withRecorder(
  action: (recorder: Recorder, learn: Learner) => void | Promise<void>,
  epochs = 3,
): Promise<void> {
  const [x, y] = randomPairs(8);
  using model = new nn.Linear(2, 1);
  const batches = inOrder(x, y, 2);
  using learn = new Learner(new DataBunch(batches, batches, { device: 'cpu' }), model, {
    lossFunc: new nn.MSELoss(),
    metrics: [metrics.mae, new metrics.R2Score()],
    silent: true,
  });
  try {
    await learn.fitOneCycle(epochs, 0.01);
    await action(learn.recorder, learn);
  } finally {
    x.dispose();
    y.dispose();
  }
}

/** Losses as a rate finder sees them: a plateau, a fall and the divergence, with some noise. */
function finderCurve(count = 100): { lrs: number[]; losses: number[] } {
  const lrs = Array.from({ length: count }, (_, i) => 1e-7 * 10 ** (0.08 * i));
  const losses = lrs.map(
    (lr, i) => 2 - 1.5 / (1 + (1e-3 / lr) ** 1.5) + (lr / 3) ** 2 + 0.01 * Math.sin(i * 7),
  );
  return { lrs, losses };
}

/** What the learner says meanwhile. */
function saidBy(learn: Learner, action: () => void): string[] {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  learn.silent = false;
  try {
    action();
    return log.mock.calls.map(([line]) => String(line));
  } finally {
    learn.silent = true;
    log.mockRestore();
  }
}

describe("the recorder's plots as data", () => {
  expectNoLeaks();

  it('plotLosses has the training by batches, the validation at the ends of the epochs', () =>
    withRecorder((recorder) => {
      const [train, valid] = recorder.plotLosses().series;
      expect(train).toEqual({
        name: 'Train',
        x: Array.from({ length: 12 }, (_, i) => i),
        y: recorder.losses,
      });
      expect(valid).toEqual({ name: 'Validation', x: [4, 8, 12], y: recorder.valLosses });
      const trimmed = recorder.plotLosses({ skipStart: 5, skipEnd: 4 }).series;
      expect(trimmed.map(({ x }) => x)).toEqual([[5, 6, 7], [8]]);
      recorder.valLosses = [null, null, null];
      expect(recorder.plotLosses().series).toHaveLength(1);
      expect(() => recorder.plotLosses({ last: 3 } as object)).toThrow("no option 'last'");
    }));

  it('plotLr has the rates, and the momentum if asked', () =>
    withRecorder((recorder) => {
      expect(recorder.plotLr().series).toMatchObject([{ name: 'Learning Rate', y: recorder.lrs }]);
      const [, moms] = recorder.plotLr({ showMoms: true, skipStart: 2 }).series;
      expect(moms).toMatchObject({ name: 'Momentum', y: recorder.moms.slice(2) });
      expect(moms?.x[0]).toBe(2);
    }));

  it('plotMetrics has a panel for each', () =>
    withRecorder((recorder) => {
      const plot = recorder.plotMetrics();
      expect(plot.series.map(({ name, x }) => [name, x])).toEqual([
        ['mean_absolute_error', [4, 8, 12]],
        ['r2_score', [4, 8, 12]],
      ]);
      expect(plot.series[1]?.y).toEqual(recorder.metrics.map(([, r2]) => r2));
      expect(plot.spec.vconcat).toHaveLength(2);
      recorder.metrics = [[], [], []];
      expect(() => recorder.plotMetrics()).toThrow('There are no metrics to plot.');
    }));

  it('plot leaves out 10 batches and 5, and marks what it suggests', () =>
    withRecorder((recorder, learn) => {
      Object.assign(recorder, finderCurve());
      const [curve] = recorder.plot().series;
      expect(curve?.x).toEqual(recorder.lrs.slice(10, 95));
      expect(curve?.y).toEqual(recorder.losses.slice(10, 95));
      expect(recorder.plot({ skipStart: 0, skipEnd: 0 }).series[0]?.x).toHaveLength(100);
      expect(recorder.minGradLr).toBeUndefined();
      const lines = saidBy(learn, () => {
        const [, marked] = recorder.plot({ suggestion: true }).series;
        expect(marked?.x).toEqual([recorder.minGradLr]);
      });
      const suggested = recorder.minGradLr as number;
      const text = `${suggested
        .toExponential(2)
        .toUpperCase()
        .replace(/-(\d)$/, '-0$1')}`;
      expect(lines[0]).toBe(`Min numerical gradient: ${text}`);
      expect(lines[1]).toMatch(/^Min loss divided by 10: \d\.\d\dE-\d\d$/);
    }));

  it('plot says when there are too few points', () =>
    withRecorder((recorder, learn) => {
      Object.assign(recorder, finderCurve(16));
      const lines = saidBy(learn, () => {
        expect(recorder.plot({ suggestion: true }).series).toHaveLength(1);
      });
      expect(lines).toEqual(['Failed to compute the gradients, there might not be enough points.']);
      expect(recorder.minGradLr).toBeUndefined();
      expect(() => recorder.suggestLrs(['slide'], 10)).toThrow('there are too few points: 10');
      expect(() => recorder.suggestLrs(['best' as 'slide'])).toThrow(
        'a suggestion is one of valley',
      );
    }));
});

describeWithOracle('what rates are suggested', (oracle) => {
  it("by plot: NumPy's gradient", () =>
    withRecorder(async (recorder, learn) => {
      Object.assign(recorder, finderCurve());
      const lines = saidBy(learn, () => void recorder.plot({ suggestion: true }));
      const { result } = await oracle.evaluate(
        `
import numpy as np
x, y = np.array(lrs[10:-5]), np.array(losses[10:-5])
place = np.gradient(y).argmin()
result = [x[place].item(), f'Min numerical gradient: {x[place]:.2E}', f'Min loss divided by 10: {x[y.argmin()] / 10:.2E}']`,
        { lrs: recorder.lrs, losses: recorder.losses },
      );
      expect([recorder.minGradLr, ...lines]).toEqual(result);
    }));

  it("by the methods of fast.ai's second version", () =>
    withRecorder(async (recorder) => {
      const curve = finderCurve();
      curve.losses = curve.losses.map((loss) => loss + 0.05 * Math.random());
      Object.assign(recorder, curve);
      const expected = await oracle.evaluate(
        `
import numpy as np
x, y = np.array(lrs[10:-5]), np.array(losses[10:-5])
n = len(y)
runs = np.ones(n, dtype=int)
for i in range(n):
    before = [runs[j] for j in range(i) if y[j] > y[i]]
    runs[i] = 1 + max(before, default=0)
stop = runs.argmax(); begin = stop - runs[stop]; part = (stop - begin) / 3
grads = np.gradient(y)
place = n - 1
slide = x[place - 15]
while place >= 15 and abs(grads[place] - grads[place - 15]) > .005:
    slide = x[place - 15]; place -= 1
result = [float(x[begin + int(part) + int(part / 2)]), float(slide), float(x[y.argmin()] / 10),
    float(x[(np.diff(y) / np.diff(np.log(x))).argmin()])]`,
        { lrs: curve.lrs, losses: curve.losses },
      );
      const found = recorder.suggestLrs(['valley', 'slide', 'minimum', 'steep']);
      expect(Object.values(found)).toEqual(expected.result);
      expect(recorder.suggestLrs()).toEqual({ valley: found.valley });
      recorder.losses[90] = Number.NaN;
      const shorter = recorder.suggestLrs(['minimum']).minimum;
      expect(shorter).toBe(found.minimum);
    }));
});

describe('plots', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flambeau-plots-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  expectNoLeaks();

  it('are drawn as SVG, with axes, ticks as %.0e and both curves', () =>
    withRecorder(async (recorder) => {
      const losses = await recorder.plotLosses().toSvg();
      expect(losses).toMatch(/^<svg /);
      for (const text of ['Batches processed', 'Loss', 'Train', 'Validation']) {
        expect(losses).toContain(`>${text}</text>`);
      }
      expect(losses.match(/aria-roledescription="point"/g)).toBeNull();
      const { valLosses, nbBatches } = recorder;
      Object.assign(recorder, {
        valLosses: valLosses.slice(0, 1),
        nbBatches: nbBatches.slice(0, 1),
      });
      const once = await recorder.plotLosses().toSvg();
      expect(once.match(/aria-roledescription="point"/g)).toHaveLength(1);
      Object.assign(recorder, finderCurve());
      const finder = await recorder.plot({ suggestion: true, showGrid: true }).toSvg();
      for (const tick of ['1e-06', '1e-05', '1e-02', '1e+00', 'Learning Rate']) {
        expect(finder).toContain(`>${tick}</text>`);
      }
      expect(finder).toContain('fill="red"');
    }));

  it('are saved by their ending, and shown in notebooks', () =>
    withRecorder(async (recorder) => {
      recorder.losses[3] = Number.NaN;
      const plot = recorder.plotLr({ showMoms: true });
      const svg = await plot.toSvg();
      for (const ending of ['svg', 'png', 'html', 'json'])
        await plot.save(join(folder, `a.${ending}`));
      expect(readFileSync(join(folder, 'a.svg'), 'utf8') === svg).toBe(true);
      const png = readFileSync(join(folder, 'a.png'));
      expect(png.subarray(1, 4).toString('latin1')).toBe('PNG');
      const [, width] = /width="(\d+)"/.exec(svg) as unknown as [string, string];
      expect(png.readUInt32BE(16)).toBe(2 * Number(width));
      const page = readFileSync(join(folder, 'a.html'), 'utf8');
      const head = '<!doctype html>\n<meta charset="utf-8">\n<title>Learning rate</title>\n';
      expect(page === `${head}${svg}\n`).toBe(true);
      expect(JSON.parse(readFileSync(join(folder, 'a.json'), 'utf8'))).toEqual(plot.spec);
      await expect(plot.save('a.gif')).rejects.toThrow(
        'a picture is saved as .svg, .png, .html, .json',
      );
      const shown: string[] = [];
      await plot.show({ svg: (text) => void shown.push(text) });
      expect(shown).toEqual([svg]);
      const hook = Symbol.for('Jupyter.display') as unknown as keyof typeof plot;
      const bundle = await (plot[hook] as unknown as () => Promise<object>).call(plot);
      const text = 'Plot(Learning rate; Learning Rate: 12 points, Momentum: 12 points)';
      expect(bundle).toEqual({ 'image/svg+xml': svg, 'text/plain': text });
      expect(inspect(plot)).toBe(text);
    }));
});
