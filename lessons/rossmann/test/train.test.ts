import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { manualSeed, memory, tidy, torch } from '@flambeau/core';
import {
  batchesPerEpoch,
  DataError,
  generateTables,
  lessonModelFor,
  lessonOptimizer,
  loadWeights,
  locateTables,
  oneCycle,
  type PreparedData,
  prepareData,
  readTables,
  run,
  SmoothedLoss,
  saveWeights,
  shuffledOrder,
  squaredPercentageError,
  trainBatch,
  trainEpoch,
  validate,
  verifyWeights,
} from '@flambeau/lesson-rossmann';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary.js';

const seed = Math.floor(Math.random() * 2 ** 31);
const batchSize = 64;
let data: PreparedData;
let tensors = 0;

beforeAll(() => {
  tensors = memory.liveTensors();
  manualSeed(seed);
  data = prepareData(generateTables(20, seed));
});
afterAll(() => {
  data[Symbol.dispose]();
  expect(memory.liveTensors()).toBe(tensors);
});

/** Lines of a run, and the stream on which it draws its progress: not a terminal. */
function capture() {
  const lines: string[] = [];
  const progress = new PassThrough();
  const drawn: string[] = [];
  progress.on('data', (chunk) => drawn.push(String(chunk)));
  return { lines, drawn, output: { print: (line: string) => lines.push(line), progress } };
}

const runOptions = { data: null, generate: 8, epochs: 2, batchSize, lr: 1e-3, wd: 0.2, seed };

describe(`training (seed ${seed})`, () => {
  it('learns, and each step leaves as many tensors as it found', () => {
    using model = lessonModelFor(data);
    using optimizer = lessonOptimizer(model, 0.2);
    const size = 32;
    const steps = batchesPerEpoch(data.train.target.length, size);
    const schedule = oneCycle(steps, 2e-3);
    const before = validate(model, data.valid, size);
    using order = shuffledOrder(data.train.target.length);
    const live: number[] = [];
    model.train();
    for (let step = 0; step < steps; step++) {
      const rows = () => order.narrow(0, step * size, size);
      trainBatch(model, optimizer, data.train, rows, schedule(step));
      live.push(memory.liveTensors());
    }
    const after = validate(model, data.valid, size);
    expect(after.loss).toBeLessThan(before.loss / 10);
    expect(after.globalExpRmspe).toBeLessThan(before.globalExpRmspe / 2);
    expect(new Set(live.slice(1)).size).toBe(1);
  });

  it('takes the rows of a shuffled order once, and leaves the incomplete batch', async () => {
    using model = lessonModelFor(data);
    using optimizer = lessonOptimizer(model, 0.2);
    using order = torch.arange(2.5 * batchSize);
    const progress: number[] = [];
    const smoothed = new SmoothedLoss();
    await trainEpoch(model, optimizer, data.train, {
      batchSize,
      order,
      smoothed,
      schedule: oneCycle(2, 1e-3),
      onProgress: (done) => progress.push(done),
    });
    expect(batchesPerEpoch(2.5 * batchSize, batchSize)).toBe(2);
    expect(progress.at(-1)).toBe(2);
    expect(smoothed.value).toBeGreaterThan(0);
  });

  it('averages exp_rmspe over batches and over all rows', () =>
    tidy(() => {
      const predictions = torch.tensor([100, 220, 90]).log();
      const targets = torch.tensor([110, 200, 90]).log();
      const rmspe = (from: number, count: number) =>
        Math.sqrt(
          squaredPercentageError(
            predictions.narrow(0, from, count),
            targets.narrow(0, from, count),
          ).item() as number,
        );
      expect(rmspe(0, 3)).toBeCloseTo(0.07802667, 6);
      expect((2 * rmspe(0, 2) + rmspe(2, 1)) / 3).toBeCloseTo(0.06370851, 6);
    }));

  it('smooths losses as fast.ai does', () => {
    const smoothed = new SmoothedLoss();
    const values = [4, 2, 1, 1].map((loss) => smoothed.add(loss));
    for (const [place, value] of [4, 2.989899, 2.3131547, 1.9748516].entries()) {
      expect(values[place]).toBeCloseTo(value, 6);
    }
  });

  it('saves weights that a fresh model predicts the same with', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'weights.safetensors');
    using model = lessonModelFor(data);
    using fresh = lessonModelFor(data);
    using other = lessonModelFor(data);
    const expected = validate(model, data.valid, batchSize);
    expect(validate(fresh, data.valid, batchSize).loss).not.toBe(expected.loss);
    saveWeights(model, path);
    loadWeights(fresh, path);
    expect(validate(fresh, data.valid, batchSize)).toEqual(expected);
    saveWeights(other, path);
    expect(() => verifyWeights(path, fresh, data.valid, batchSize, expected)).toThrow(/weights in/);
  });
});

describe('a run', () => {
  it('says where its data is from, prints the table, and ends with the figure', async () => {
    const { lines, drawn, output } = capture();
    const result = await run(runOptions, output);
    expect(lines[0]).toBe(`Data: generated tables of 8 stores, seed ${seed}`);
    expect(lines[1]).toMatch(/^Training rows [\d,]+, validation rows [\d,]+; 15 categorical/);
    expect(lines[2]).toMatch(/^epoch +train_loss +valid_loss +exp_rmspe +time$/);
    for (const [epoch, line] of lines.slice(3, 5).entries()) {
      expect(line).toMatch(new RegExp(`^${epoch}( +\\d\\.\\d{6}){3} +\\d\\d:\\d\\d$`));
    }
    expect(lines[4]).toContain(result.expRmspe.toFixed(6));
    expect(lines[5]).toContain(`exp_rmspe: ${result.expRmspe.toFixed(6)} averaged`);
    expect(lines[6]).toMatch(/^Weights saved and loaded .* same validation figure$/);
    expect(drawn.join('')).toMatch(/epoch 0 .*\(100%\) loss \d/);
    expect(result.expRmspe).toBeLessThan(1);
  });

  it('is repeated by its seed', async () => {
    const [first, second] = [capture(), capture()];
    await run(runOptions, first.output);
    await run(runOptions, second.output);
    const figures = ({ lines }: typeof first) =>
      lines.map((line) => line.replace(/ +\d\d:\d\d$/, ''));
    expect(figures(second)).toEqual(figures(first));
  });

  it('keeps weights and tables in a folder', async () => {
    using folder = temporaryFolder();
    const { lines, output } = capture();
    await run({ ...runOptions, epochs: 1, out: folder.path }, output);
    const path = join(folder.path, 'rossmann.safetensors');
    expect(lines.at(-1)).toContain(path);
    using kept = prepareData(readTables(locateTables(folder.path)));
    using fresh = lessonModelFor(kept);
    expect(() => loadWeights(fresh, path)).not.toThrow();
  });

  it('stops when it is aborted', async () => {
    const reason = new Error('enough');
    const signal = AbortSignal.abort(reason);
    await expect(run({ ...runOptions, generate: 30, signal }, capture().output)).rejects.toBe(
      reason,
    );
  });

  it('refuses a batch that the training rows do not fill', async () => {
    const options = { ...runOptions, batchSize: 1e6 };
    await expect(run(options, capture().output)).rejects.toThrow(DataError);
  });
});
