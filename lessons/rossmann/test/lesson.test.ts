import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataError, memory } from '@flambeau/core';
import {
  cleanTables,
  generateTables,
  lessonData,
  lessonLearner,
  type RunOptions,
  run,
  validationRows,
} from '@flambeau/lesson-rossmann';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './temporary.js';

const seed = Math.floor(Math.random() * 2 ** 31);

describe(`the lesson (seed ${seed})`, () => {
  it("has the lesson's variables and settings", () => {
    const live = memory.liveTensors();
    const clean = cleanTables(generateTables(12, seed));
    {
      using data = lessonData(clean, 64);
      using learn = lessonLearner(data, clean);
      using model = learn.model;
      const { x } = data.trainDs;
      expect(x.catNames.length).toBe(24);
      expect(x.catNames.slice(-2)).toEqual(['CompetitionDistance_na', 'CloudCover_na']);
      expect(x.contNames.length).toBe(16);
      expect(x.classes.Store?.length).toBe(13);
      expect(model.toString()).toContain('(emb_drop): Dropout(p=0.04, inplace=False)');
      expect(model.toString()).toContain('out_features=1000');
      expect(x.length + data.validDs.x.length).toBe(clean.train.height);
    }
    expect(memory.liveTensors()).toBe(live);
  });

  const options: RunOptions = {
    data: null,
    generate: 6,
    full: false,
    epochs: 2,
    batchSize: 64,
    lr: 3e-3,
    wd: 0.2,
    seed,
    out: '',
  };

  it('learns from the tables, and predicts the test rows', async () => {
    const live = memory.liveTensors();
    using folder = temporaryFolder();
    const lines: string[] = [];
    const out = join(folder.path, 'out');
    const print = (line: string) => lines.push(line);
    const scores = await run({ ...options, out, silent: true }, print);
    expect(scores.expRmspe).toBeLessThan(0.6);
    expect(lines[0]).toContain('generated tables of 6 stores');
    expect(lines.join('\n')).toContain('24 categorical and 16 continuous variables');
    for (const name of ['losses.svg', 'rates.svg', 'models/first.safetensors']) {
      expect(existsSync(join(out, name)), name).toBe(true);
    }
    const epochs = readFileSync(join(out, 'epochs.md'), 'utf8');
    expect(epochs).toContain(
      `Seed ${seed}\n\n| fit | epoch | train_loss | valid_loss | exp_rmspe |`,
    );
    const last = epochs.trim().split('\n').at(-1)?.split(' | ');
    expect(last?.slice(0, 2)).toEqual(['| first', '1']);
    expect(Number(last?.[3])).toBeCloseTo(scores.loss, 5);
    const figures = epochs.matchAll(/^\| first \| (\d) \| \S+ \| \S+ \| (\S+) \|/gm);
    const ranked = [...figures].sort((a, b) => Number(a[2]) - Number(b[2]));
    expect(lines).toContain(
      `The best of ${ranked.length} epochs: ${ranked[0]?.[2]}, first fit, epoch ${ranked[0]?.[1]}`,
    );
    const [header, ...rows] = readFileSync(join(out, 'submission.csv'), 'utf8').trim().split('\n');
    expect(header).toBe('Id,Sales');
    const { test } = generateTables(6, seed);
    expect(rows.map((row) => Number(row.split(',')[0]))).toEqual(test.getColumn('Id').toArray());
    for (const row of rows) expect(row).toMatch(/^\d+,\d+$/);
    expect(memory.liveTensors()).toBe(live);
  });

  it('fits three times as the notebook does, and goes on with the best', async () => {
    const live = memory.liveTensors();
    using folder = temporaryFolder();
    const lines: string[] = [];
    const { path: out } = folder;
    const print = (line: string) => lines.push(line);
    const scores = await run({ ...options, full: true, batchSize: 256, out, silent: true }, print);
    const table = readFileSync(join(out, 'epochs.md'), 'utf8').trim().split('\n');
    const rows = table.slice(4).map((line) => line.split(' | '));
    expect(rows.length).toBe(15);
    const ends = rows.filter(([, epoch]) => epoch === '4');
    expect(ends.map(([fit]) => fit)).toEqual(['| first', '| second', '| third']);
    const best = Math.min(...ends.map((cells) => Number(cells[4])));
    expect(scores.expRmspe).toBeCloseTo(best, 5);
    for (const [fit] of ends) {
      expect(existsSync(join(out, 'models', `${fit?.slice(2)}.safetensors`))).toBe(true);
    }
    expect(lines.at(-2)).toMatch(/^The best of 15 epochs: /);
    expect(memory.liveTensors()).toBe(live);
  });

  it('stops when it is aborted, and leaves no tensor', async () => {
    const live = memory.liveTensors();
    using folder = temporaryFolder();
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('enough')), 500);
    const work = run(
      { ...options, epochs: 500, out: folder.path, signal: abort.signal, silent: true },
      () => {},
    );
    await expect(work).rejects.toThrow('enough');
    expect(memory.liveTensors()).toBe(live);
  });

  it('gives the same figures for the same seed', async () => {
    using folder = temporaryFolder();
    const once = () =>
      run({ ...options, epochs: 1, threads: 1, out: folder.path, silent: true }, () => {});
    expect(await once()).toEqual(await once());
  });
});

describe('the split by time', () => {
  const days = (...numbers: number[]) =>
    pl.DataFrame([pl.Series('Date', numbers, pl.Int32).cast(pl.Date)]);

  it('validates the rows before the last of the boundary date', () => {
    expect(validationRows(days(9, 9, 8, 8, 8, 7), 2)).toEqual([0, 1, 2, 3]);
  });

  it('wants enough rows, newest first', () => {
    expect(() => validationRows(days(9, 8), 2)).toThrow('needs more than 2 rows with sales');
    expect(() => validationRows(days(9, 8), 2)).toThrow(DataError);
    expect(() => validationRows(days(7, 8, 9), 1)).toThrow('row 1 is newer than the one before');
  });
});
