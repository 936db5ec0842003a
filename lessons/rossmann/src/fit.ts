import { optim } from '@flambeau/core';
import { DataError } from './data.js';
import { SmoothedLoss } from './metrics.js';
import type { TabularModel } from './model.js';
import type { PreparedData } from './prepare.js';
import { type ProgressStream, showProgress } from './progress.js';
import { oneCycle } from './schedule.js';
import { tableHeader, tableRow } from './table.js';
import { batchesPerEpoch, shuffledOrder, trainEpoch, type Validation, validate } from './train.js';

export interface FitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  /** Highest learning rate of the one cycle. */
  readonly lr: number;
  /** True weight decay of all parameters: each step takes the share lr * wd of them away. */
  readonly wd: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where lines are printed, and on what the progress is drawn. */
export interface Output {
  readonly print: (line: string) => void;
  readonly progress: ProgressStream;
}

/** fast.ai's Adam: the first beta is the schedule's momentum. */
export function lessonOptimizer(model: TabularModel, wd: number): optim.AdamW {
  return new optim.AdamW(model.parameters(), { betas: [0.95, 0.99], eps: 1e-8, weightDecay: wd });
}

/**
 * fast.ai's fit_one_cycle: one cycle over all epochs, a table row for each.
 *
 * @returns the validation after the last epoch.
 * @throws DataError when the training rows do not fill one batch; the signal's reason when it is
 * aborted.
 */
export async function fitOneCycle(
  model: TabularModel,
  data: PreparedData,
  { epochs, batchSize, lr, wd, signal }: FitOptions,
  { print, progress }: Output,
): Promise<Validation> {
  const rows = data.train.target.length;
  const batches = batchesPerEpoch(rows, batchSize);
  if (batches === 0) {
    throw new DataError(`${rows} training rows do not fill one batch of ${batchSize}`);
  }
  const schedule = oneCycle(epochs * batches, lr);
  using optimizer = lessonOptimizer(model, wd);
  const smoothed = new SmoothedLoss();
  print(tableHeader());
  for (let epoch = 0; ; epoch++) {
    const started = performance.now();
    const bar = showProgress(`epoch ${epoch}`, batches, progress);
    using order = shuffledOrder(rows);
    try {
      await trainEpoch(model, optimizer, data.train, {
        batchSize,
        schedule: (step) => schedule(epoch * batches + step),
        order,
        smoothed,
        onProgress: bar.update,
        signal,
      });
    } finally {
      bar.stop();
    }
    const validation = validate(model, data.valid, batchSize);
    print(
      tableRow({
        epoch,
        trainLoss: smoothed.value,
        validLoss: validation.loss,
        expRmspe: validation.expRmspe,
        seconds: (performance.now() - started) / 1000,
      }),
    );
    if (epoch === epochs - 1) return validation;
  }
}
