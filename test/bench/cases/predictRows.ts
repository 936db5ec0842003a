import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, tidy } from '@flambeau/core';
import {
  catNames,
  cleanTables,
  contNames,
  generateTables,
  lessonData,
  lessonLearner,
  lessonModel,
} from '@flambeau/lesson-rossmann';
import { FillMissing, Normalize, type TabularModel, type TabularRow } from '@flambeau/tabular';
import type { BenchCase } from '../case.js';

const [stores, seed, count] = [40, 42, 256];

/** What a server does: checks and processes rows that are plain objects, and predicts them. */
export const predictRows: BenchCase = {
  name: `predicting ${count} rows`,
  target: null,
  prepare() {
    const folder = mkdtempSync(join(tmpdir(), 'flambeau-bench-'));
    const clean = cleanTables(generateTables(stores, seed));
    const data = lessonData(clean, 64);
    const learn = lessonLearner(data, clean, { silent: true });
    const { processor, classes } = data.trainDs.x;
    const rows = clean.test
      .head(count)
      .select(...catNames, ...contNames)
      .toRecords() as unknown as readonly TabularRow[];
    const [fill] = processor.procs.filter((proc) => proc instanceof FillMissing);
    const [normalize] = processor.procs.filter((proc) => proc instanceof Normalize);
    const weights = join(folder, 'weights.safetensors');
    io.saveFile(learn.model.stateDict(), weights);
    const predict = () => tidy(() => learn.predictItems(rows).labels) as readonly number[];
    return {
      run(repetitions) {
        for (let i = 0; i < repetitions; i++) predict();
      },
      python: [
        {
          label: '',
          module: 'predict_rows',
          arguments: {
            rows,
            categories: Object.fromEntries(
              Object.entries(classes).map(([name, known]) => [name, known.slice(1)]),
            ),
            fills: Object.fromEntries(fill?.fills ?? []),
            moments: Object.fromEntries(
              [...(normalize?.moments ?? [])].map(([name, { mean, std }]) => [name, [mean, std]]),
            ),
            weights,
            layers: lessonModel.layers,
            ps: lessonModel.ps,
            emb_drop: lessonModel.embDrop,
            high: (learn.model as TabularModel).yRange?.[1],
          },
        },
      ],
      async finish([peer]) {
        const theirs = (await peer?.finish()) as readonly number[];
        const gap = predict().reduce(
          (most, own, row) => Math.max(most, Math.abs(own - (theirs[row] as number))),
          0,
        );
        if (!(gap < 1e-4)) throw new Error(`the predictions differ by up to ${gap}`);
        return [`${rows.length} rows of ${catNames.length + contNames.length} variables each time`];
      },
      [Symbol.dispose]() {
        for (const held of [learn, learn.model, data]) held[Symbol.dispose]();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
