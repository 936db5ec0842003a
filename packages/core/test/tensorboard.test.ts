import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Callback,
  DataBunch,
  keep,
  Learner,
  LearnerTensorboardWriter,
  metrics,
  nn,
  type Tensor,
  tensorboard,
  tidy,
  torch,
} from '@flambeau/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { findPython } from '../../../test/oracle/python.js';
import { inOrder, randomPairs } from './learner-batches.js';
import { expectNoLeaks } from './liveTensors.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flambeau-tensorboard-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Python's reader of a run's folder, as `run`, and what it finds. */
const reader = `
import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
run = EventAccumulator(path, size_guidance={'scalars': 0, 'histograms': 0, 'images': 0, 'tensors': 0})
run.Reload()
`;

describe('SummaryWriter', () => {
  expectNoLeaks();

  it('collects events, and goes on in another file after it was closed', () => {
    const logDir = join(folder, 'queue');
    const writer = new tensorboard.SummaryWriter(logDir, { maxQueue: 3, filenameSuffix: '.a' });
    const sizes = () => readdirSync(logDir).map((file) => statSync(join(logDir, file)).size);
    for (let step = 0; step < 2; step++) writer.addScalar('loss', 1, step);
    const [header] = sizes() as [number];
    expect(header).toBeLessThan(50);
    writer.addScalar('loss', 1, 2);
    expect(sizes()[0]).toBeGreaterThan(header);
    const [written] = sizes() as [number];
    writer.addScalar('loss', 1, 3);
    expect(sizes()).toEqual([written]);
    writer.flush();
    expect(sizes()[0]).toBeGreaterThan(written);
    writer.close();
    writer.close();
    writer.addScalar('loss', 1, 4);
    writer.close();
    expect(
      readdirSync(logDir).every((name) => /^events\.out\.tfevents\.\d{10}\..+\.a$/.test(name)),
    );
    expect(sizes()).toHaveLength(2);
  });

  it('writes after flushSecs although nothing comes', async () => {
    const logDir = join(folder, 'timer');
    using writer = new tensorboard.SummaryWriter(logDir, { flushSecs: 0.01 });
    writer.addScalar('loss', 1);
    const file = join(logDir, readdirSync(logDir)[0] as string);
    const before = statSync(file).size;
    for (let i = 0; i < 500 && statSync(file).size === before; i++) await sleep(10);
    expect(statSync(file).size).toBeGreaterThan(before);
  });

  it('writes when the program ends, although nobody closed it', () => {
    const logDir = join(folder, 'forgotten');
    const program = `
      import { tensorboard } from '@flambeau/core';
      const writer = new tensorboard.SummaryWriter(${JSON.stringify(logDir)});
      writer.addText('note', 'the last words');`;
    const args = ['--input-type=module', '-e', program];
    execFileSync(process.execPath, args, { cwd: import.meta.dirname });
    const file = join(logDir, readdirSync(logDir)[0] as string);
    expect(readFileSync(file).includes('the last words')).toBe(true);
    const listeners = process.listenerCount('exit');
    using writer = new tensorboard.SummaryWriter(logDir);
    writer.addText('note', 'more');
    expect(process.listenerCount('exit')).toBe(listeners + 1);
    writer.close();
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  it('refuses what it cannot write', () =>
    tidy(() => {
      using writer = new tensorboard.SummaryWriter(join(folder, 'wrong'));
      expect(() => writer.addImage('x', torch.zeros([2, 4, 4]))).toThrow(
        'an image must have the shape [C, H, W] with 1, 3 or 4 channels or [H, W], got [2, 4, 4]',
      );
      expect(() => writer.addHistogram('x', torch.zeros([0]))).toThrow('at least one element');
      expect(() => writer.addScalar('x', torch.zeros([2]))).toThrow();
      expect(() => writer.addScalar('x', 1, 0, { wallTime: 3 } as object)).toThrow('no option');
      expect(() => new tensorboard.SummaryWriter('x', { queue: 1 } as object)).toThrow('no option');
    }));
});

describeWithOracle('what TensorBoard reads', (oracle) => {
  it('scalars, with their steps and times', async () => {
    const path = join(folder, 'scalars');
    using writer = new tensorboard.SummaryWriter(path);
    for (let step = 0; step < 25; step++) {
      writer.addScalar('metrics/train_loss', step / 3, step * 2 ** 30, { walltime: 1e9 + step });
    }
    tidy(() => writer.addScalar('naïve ☃', torch.tensor(2.5)));
    writer.addScalars('losses/both', { train: 1, valid: Number.NaN }, 7);
    writer.close();
    const { result } = await oracle.evaluate(
      `${reader}
others = [EventAccumulator(f'{path}/losses_both_{name}').Reload() for name in ('train', 'valid')]
result = [run.Tags()['scalars'], [[e.step, e.wall_time, e.value] for e in run.Scalars('metrics/train_loss')],
    run.Scalars('naïve ☃')[0].value, [[e.step, str(e.value)] for o in others for e in o.Scalars('losses/both')]]`,
      { path },
    );
    const points = Array.from({ length: 25 }, (_, step) => [
      step * 2 ** 30,
      1e9 + step,
      Math.fround(step / 3),
    ]);
    expect(result).toEqual([
      ['metrics/train_loss', 'naïve ☃'],
      points,
      2.5,
      [
        [7, '1.0'],
        [7, 'nan'],
      ],
    ]);
  });

  it("histograms, equal to PyTorch's", async () => {
    const path = join(folder, 'histograms');
    using writer = new tensorboard.SummaryWriter(path);
    const values = torch.randn([40, 25]).mul(torch.randn([40, 1]).mul(6).exp());
    const positive = torch.rand([9]).add(1);
    for (const [step, tensor] of [values, positive, torch.zeros([4])].entries()) {
      writer.addHistogram('weights', tensor, step);
    }
    writer.close();
    const { result } = await oracle.evaluate(
      `${reader}
from torch.utils.tensorboard import SummaryWriter
w = SummaryWriter(path + '-python')
for step, t in enumerate((values, positive, torch.zeros(4))): w.add_histogram('weights', t.double(), step)
w.close()
theirs = EventAccumulator(path + '-python', size_guidance={'histograms': 0}).Reload()
rows = lambda r: [[e.step, h.min, h.max, h.num, h.sum, h.sum_squares, list(h.bucket_limit), list(h.bucket)]
    for e in r.Histograms('weights') for h in [e.histogram_value]]
ours, theirs = rows(run), rows(theirs)
# The sums are added in another order.
close = all(np.isclose(a[i], b[i], rtol=1e-9) for a, b in zip(ours, theirs) for i in (4, 5))
result = [[r[:4] + r[6:] for r in ours] == [r[:4] + r[6:] for r in theirs], bool(close), len(ours)]`,
      { path, values, positive },
    );
    expect(result).toEqual([true, true, 3]);
  });

  it('pictures and texts', async () => {
    const path = join(folder, 'pictures');
    using writer = new tensorboard.SummaryWriter(path);
    const colour = torch.rand([3, 5, 7]);
    const grey = torch.randint(0, 256, [4, 3], { dtype: 'uint8' });
    const half = torch.rand([4, 2, 2]).mul(2);
    for (const [tag, image] of Object.entries({ colour, grey, half })) {
      writer.addImage(tag, image, 3);
    }
    writer.addText('note', '**bold**', 2);
    writer.close();
    const { result } = await oracle.evaluate(
      `${reader}
from PIL import Image
import io
def pixels(tag):
    e = run.Images(tag)[0]
    picture = np.array(Image.open(io.BytesIO(e.encoded_image_string)))
    assert (e.step, e.height, e.width) == (3, *picture.shape[:2])
    return torch.from_numpy(picture)
expect = lambda t: (t * 255).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0)
text = run.Tensors('note/text_summary')[0]
result = [torch.equal(pixels('colour'), expect(colour)), torch.equal(pixels('grey'), grey), torch.equal(pixels('half'), expect(half)),
    text.step, text.tensor_proto.string_val[0].decode(), run.SummaryMetadata('note/text_summary').plugin_data.plugin_name]`,
      { path, colour, grey, half },
    );
    expect(result).toEqual([true, true, true, 2, '**bold**', 'text']);
  });

  it('a fit, by its callback', async () => {
    const [x, y] = randomPairs(20);
    using model = new nn.Sequential(new nn.Linear(2, 3), new nn.ReLU(), new nn.Linear(3, 1));
    const batches = inOrder(x, y, 2);
    const data = new DataBunch(batches, batches, { device: 'cpu' });
    using learn = new Learner(data, model, {
      lossFunc: new nn.MSELoss(),
      metrics: [metrics.mae],
      silent: true,
    });
    const options = { lossIters: 5, statsIters: 8, histIters: 10 };
    const callback = new LearnerTensorboardWriter(learn, folder, 'fit', options);
    const losses: number[] = [];
    let gradients: Tensor[] = [];
    const watch: Callback = {
      onBackwardEnd: ({ iteration }) => {
        if (iteration !== 7) return;
        gradients = [...model.parameters()].map((p) => keep((p.grad as Tensor).clone()));
      },
      onBatchEnd: ({ train, lastLoss }) => void (train && losses.push(Number(lastLoss.item()))),
    };
    await learn.fit(1, 0.01, { callbacks: [callback, watch] });
    const weights = [...model.parameters()].map((parameter) => parameter.detach().clone());
    const valid = [...learn.recorder.valLosses, ...learn.recorder.metrics.flat()];
    await learn.fit(1, 0.01, { callbacks: [callback] });
    const { result } = await oracle.evaluate(
      `${reader}
import statistics
scalars = lambda tag: [[e.step, e.value] for e in run.Scalars(tag)]
stats = {tag.rsplit('/', 1)[1]: scalars(tag)[0] for tag in run.Tags()['scalars'] if tag.startswith('model_stats')}
norms = [float(g.norm()) for g in gradients]
expected = dict(avg_norm=np.mean(norms), median_norm=statistics.median(norms), max_norm=max(norms), min_norm=min(norms),
    num_zeros=sum(int((g == 0).sum()) for g in gradients), avg_gradient=np.mean([float(g.mean()) for g in gradients]),
    median_gradient=statistics.median(float(g.median()) for g in gradients),
    max_gradient=max(float(g.max()) for g in gradients), min_gradient=min(float(g.min()) for g in gradients))
histograms = {tag: run.Histograms(tag)[0] for tag in sorted(run.Tags()['histograms'])}
result = [scalars('metrics/train_loss')[:2], [e.step for e in run.Scalars('metrics/train_loss')],
    [scalars('metrics/valid_loss')[0], scalars('metrics/mean_absolute_error')[0]],
    sorted(stats) == sorted(expected) and all(s == 8 and np.isclose(v, expected[k], rtol=1e-5, atol=1e-7) for k, (s, v) in stats.items()),
    list(histograms), all(h.step == 10 and np.isclose(h.histogram_value.sum, float(w.sum()), rtol=1e-4, atol=1e-6) for h, w in zip(histograms.values(), [weights[i] for i in (1, 0, 3, 2)]))]`,
      { path: join(folder, 'fit'), gradients, weights },
    );
    for (const tensor of [...gradients, ...weights, x, y]) tensor.dispose();
    const single = Math.fround;
    expect(result).toEqual([
      [
        [5, single(losses[4] as number)],
        [10, single(losses[9] as number)],
      ],
      [5, 10, 15, 20],
      valid.map((value) => [10, single(value as number)]),
      true,
      ['0.bias', '0.weight', '2.bias', '2.weight'].map((name) => `model/weights/${name}`),
      true,
    ]);
  });
});

const python = findPython();

describe.skipIf(python === undefined)('the program tensorboard', () => {
  it('serves the curve of a run', async () => {
    const logDir = join(folder, 'served');
    using writer = new tensorboard.SummaryWriter(join(logDir, 'first'));
    for (let step = 0; step < 5; step++) writer.addScalar('loss', 1 / (step + 1), step);
    writer.close();
    const server = await startTensorBoard(python as string, logDir);
    try {
      const runs = (await server.get('runs')) as string[];
      expect(runs).toEqual(['first']);
      const points = (await server.get('plugin/scalars/scalars?run=first&tag=loss')) as number[][];
      expect(points.map(([, step, value]) => [step, Math.fround(value as number)])).toEqual(
        [0, 1, 2, 3, 4].map((step) => [step, Math.fround(1 / (step + 1))]),
      );
    } finally {
      server.stop();
    }
  });
});

interface TensorBoard {
  get(path: string): Promise<unknown>;
  stop(): void;
}

/** Starts the program on a free port of this machine and waits until it has read the run. */
async function startTensorBoard(python: string, logDir: string): Promise<TensorBoard> {
  const port = await freePort();
  const args = ['--logdir', logDir, '--host', '127.0.0.1', '--port', `${port}`];
  const loader = ['--load_fast', 'false', '--reload_interval', '1'];
  const child = spawn(python, ['-m', 'tensorboard.main', ...args, ...loader], { stdio: 'ignore' });
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}/data/${path}`, {
      signal: AbortSignal.timeout(5000),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status}`);
    return response.json();
  };
  const server = { get, stop: () => void child.kill('SIGKILL') };
  try {
    await untilReady(child, async () => ((await get('runs')) as string[]).length > 0);
  } catch (error) {
    server.stop();
    throw error;
  }
  return server;
}

/** Asks until the answer is yes; at most a minute. */
async function untilReady(child: ChildProcess, ready: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await ready().catch(() => false))) {
    if (child.exitCode !== null) throw new Error(`tensorboard ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw new Error('tensorboard does not answer');
    await sleep(200);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
