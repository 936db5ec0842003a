import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, manualSeed, StopAfterNBatches } from '@flambeau/core';
import {
  cleanTables,
  lessonData,
  lessonLearner,
  lessonModel,
  openTables,
} from '@flambeau/lesson-rossmann';
import type { TabularModel } from '@flambeau/tabular';
import type { BenchCase, BenchSettings, Plan } from '../case.js';

const batch = 64;
const lr = 1e-3;
const wd = 0.2;
const seed = 42;
const stepsPerRound = 200;
const warmup = 1;

/** What both sides report of their validation. */
interface Outcome {
  readonly loss: number;
  readonly expRmspe: number;
}

/**
 * The lesson's epoch by the Learner, with its callbacks, recorder and loader, beside a training
 * loop written by hand in PyTorch, with the fused optimiser, on the same tensors. With `full` both
 * train one cycle and validate, all of it timed, else they train at one learning rate.
 */
export const rossmann: BenchCase = {
  name: 'Rossmann training step',
  target: 0.85,
  prepare(settings) {
    const { tables, origin } = openTables({ data: process.env.FLAMBEAU_DATA || null, seed });
    manualSeed(seed);
    const clean = cleanTables(tables);
    const data = lessonData(clean, batch);
    const learn = lessonLearner(data, clean, { silent: true });
    const model = learn.model as unknown as TabularModel;
    const folder = mkdtempSync(join(tmpdir(), 'flambeau-bench-'));
    const files = {
      data: join(folder, 'data.safetensors'),
      weights: join(folder, 'w.safetensors'),
    };
    const { trainDs, validDs } = data;
    io.saveFile(
      {
        'train.cats': trainDs.x.tensors.cats,
        'train.conts': trainDs.x.tensors.conts,
        'train.target': trainDs.y.tensor,
        'valid.cats': validDs.x.tensors.cats,
        'valid.conts': validDs.x.tensors.conts,
        'valid.target': validDs.y.tensor,
      },
      files.data,
    );
    io.saveFile(model.stateDict(), files.weights);
    const steps = data.trainDl.length;
    let done = 0;
    return {
      async run(count) {
        done += count;
        if (settings.full) await learn.fitOneCycle(1, lr, { wd });
        else await learn.fit(1, lr, { wd, callbacks: [new StopAfterNBatches(count)] });
      },
      plan: planRounds(settings, steps),
      python: [
        {
          label: '',
          module: 'rossmann',
          arguments: {
            ...files,
            layers: lessonModel.layers,
            ps: lessonModel.ps,
            emb_drop: lessonModel.embDrop,
            high: model.yRange?.[1],
            cycle: settings.full ? steps : null,
            ...{ batch, lr, wd, seed },
          },
        },
      ],
      async finish([peer]) {
        const lines = [origin, `${done} of ${steps} steps of the epoch`];
        if (peer === undefined || !settings.full) return lines;
        const [loss, expRmspe] = (await learn.validate()) as [number, number];
        const theirs = (await peer.finish()) as Outcome;
        return [...lines, outcomeLine('node', { loss, expRmspe }), outcomeLine('python', theirs)];
      },
      [Symbol.dispose]() {
        rmSync(folder, { recursive: true });
        for (const held of [learn, model, data]) held[Symbol.dispose]();
      },
    };
  },
};

function planRounds({ steps: wanted, full }: BenchSettings, epoch: number): Plan {
  if (full) return { counts: [epoch], warmup: 0 };
  const rounds = Math.max(1, Math.ceil(Math.min(wanted, epoch) / stepsPerRound));
  const counts = Array.from({ length: rounds + warmup }, () => Math.min(stepsPerRound, epoch));
  return { counts, warmup };
}

function outcomeLine(side: string, { loss, expRmspe }: Outcome): string {
  return `${side.padEnd(6)} valid loss ${loss.toFixed(6)}, exp_rmspe ${expRmspe.toFixed(6)} over batches`;
}
