import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, manualSeed } from '@flambeau/core';
import {
  batchesPerEpoch,
  type DataTensors,
  lessonModel,
  lessonModelFor,
  lessonOptimizer,
  logSalesRange,
  oneCycle,
  openTables,
  prepareData,
  SmoothedLoss,
  saveWeights,
  shuffledOrder,
  trainBatch,
  type Validation,
  validate,
} from '@flambeau/lesson-rossmann';
import type { BenchCase, BenchSettings, Plan } from '../case.js';

const batch = 64;
const lr = 1e-3;
const wd = 0.2;
const seed = 42;
const stepsPerRound = 100;
const warmup = 1;

/** What both sides report of their training. */
type Outcome = Validation & { readonly trainLoss: number };

/**
 * The lesson's training loop on the same tensors, from the same weights, with the same batches.
 * Dropout draws from the same seed on both sides.
 */
export const rossmann: BenchCase = {
  name: 'Rossmann training step',
  target: 1,
  prepare(settings) {
    const { tables, origin } = openTables({ data: process.env.FLAMBEAU_DATA || null, seed });
    manualSeed(seed);
    const data = prepareData(tables);
    const model = lessonModelFor(data);
    const order = shuffledOrder(data.train.target.length);
    const folder = mkdtempSync(join(tmpdir(), 'flambeau-bench-'));
    const files = {
      data: join(folder, 'data.safetensors'),
      weights: join(folder, 'w.safetensors'),
    };
    io.saveFile(
      { ...named('train', data.train), ...named('valid', data.valid), order },
      files.data,
    );
    saveWeights(model, files.weights);

    const steps = batchesPerEpoch(data.train.target.length, batch);
    const schedule = oneCycle(steps, lr);
    const optimizer = lessonOptimizer(model, wd);
    const smoothed = new SmoothedLoss();
    let next = 0;
    manualSeed(seed);
    model.train();
    return {
      run(count) {
        for (const end = next + count; next < end; next++) {
          const rows = () => order.narrow(0, next * batch, batch);
          smoothed.add(trainBatch(model, optimizer, data.train, rows, schedule(next)));
        }
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
            high: logSalesRange(data.maxSales)[1],
            ...{ batch, steps, lr, wd, seed },
          },
        },
      ],
      async finish([peer]) {
        const lines = [origin, `${next} of ${steps} steps of the epoch`];
        if (peer === undefined) return lines;
        const ours: Outcome = {
          trainLoss: smoothed.value,
          ...validate(model, data.valid, batch),
        };
        const theirs = (await peer.finish()) as Outcome;
        return [...lines, outcomeLine('node', ours), outcomeLine('python', theirs)];
      },
      [Symbol.dispose]() {
        rmSync(folder, { recursive: true });
        for (const held of [order, model, optimizer, data]) held[Symbol.dispose]();
      },
    };
  },
};

function named(part: string, tensors: DataTensors) {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [`${part}.${name}`, tensor]),
  );
}

function planRounds({ steps: wanted, full }: BenchSettings, epoch: number): Plan {
  const steps = full ? epoch : Math.min(wanted, epoch);
  const counts = Array.from({ length: Math.ceil(steps / stepsPerRound) }, (_, round) =>
    Math.min(stepsPerRound, steps - round * stepsPerRound),
  );
  return { counts, warmup: Math.min(warmup, counts.length - 1) };
}

function outcomeLine(side: string, outcome: Outcome): string {
  const { trainLoss, loss, expRmspe, globalExpRmspe } = outcome;
  const [train, valid, batchwise, all] = [trainLoss, loss, expRmspe, globalExpRmspe].map((figure) =>
    figure.toFixed(6),
  );
  return (
    `${side.padEnd(6)} train loss ${train}, valid loss ${valid}, ` +
    `exp_rmspe ${batchwise} over batches, ${all} over all rows`
  );
}
