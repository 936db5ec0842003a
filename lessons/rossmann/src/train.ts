import { setImmediate } from 'node:timers/promises';
import { nn, noGrad, type optim, type Tensor, tidy, torch } from '@flambeau/core';
import { type SmoothedLoss, squaredPercentageError } from './metrics.js';
import type { TabularModel } from './model.js';
import type { StepSettings } from './schedule.js';
import type { DataTensors } from './tensors.js';

export interface EpochOptions {
  readonly batchSize: number;
  /** Settings of each of this epoch's steps. */
  readonly schedule: (step: number) => StepSettings;
  /** Row numbers int64 [rows] in the order in which they are trained. */
  readonly order: Tensor;
  /** Goes on over epochs. */
  readonly smoothed: SmoothedLoss;
  /** Called now and then with the batches done, while the event loop may run. */
  readonly onProgress?: ((done: number, loss: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Whole batches of an epoch; rows left over are not trained in it, as in fast.ai. */
export function batchesPerEpoch(rows: number, batchSize: number): number {
  return Math.floor(rows / batchSize);
}

const progressMs = 100;

/**
 * Trains one epoch of whole batches.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function trainEpoch(
  model: TabularModel,
  optimizer: optim.AdamW,
  data: DataTensors,
  { batchSize, schedule, order, smoothed, onProgress, signal }: EpochOptions,
): Promise<void> {
  model.train();
  const batches = batchesPerEpoch(order.length, batchSize);
  let shown = performance.now();
  for (let step = 0; step < batches; step++) {
    signal?.throwIfAborted();
    const rows = () => order.narrow(0, step * batchSize, batchSize);
    smoothed.add(trainBatch(model, optimizer, data, rows, schedule(step)));
    if (performance.now() - shown > progressMs) {
      onProgress?.(step + 1, smoothed.value);
      await setImmediate();
      shown = performance.now();
    }
  }
  onProgress?.(batches, smoothed.value);
}

/**
 * One step on the rows that `rows` gives.
 *
 * @returns the loss before the step: the mean square error in log space.
 */
export function trainBatch(
  model: TabularModel,
  optimizer: optim.AdamW,
  data: DataTensors,
  rows: () => Tensor,
  { lr, momentum }: StepSettings,
): number {
  for (const group of optimizer.paramGroups) {
    group.lr = lr;
    group.betas = [momentum, group.betas[1]];
  }
  return tidy(() => {
    const batch = selectRows(data, rows());
    const prediction = model.call(batch.cats, batch.conts).view([-1]);
    const loss = nn.functional.mseLoss(prediction, batch.target);
    loss.backward();
    optimizer.step();
    optimizer.zeroGrad();
    return loss.item() as number;
  });
}

/** A new random order of `rows` rows. */
export function shuffledOrder(rows: number): Tensor {
  return torch.randperm(rows);
}

export interface Validation {
  /** Mean square error in log space. */
  readonly loss: number;
  /** fast.ai v1's figure: exp_rmspe of each batch, averaged with the batches' sizes. */
  readonly expRmspe: number;
  /** exp_rmspe over all rows at once. */
  readonly globalExpRmspe: number;
}

/** Loss and metric over all rows in their order, with the layers in evaluation mode. */
export function validate(model: TabularModel, data: DataTensors, batchSize: number): Validation {
  const rows = data.target.length;
  let loss = 0;
  let batchRmspe = 0;
  let squared = 0;
  model.eval();
  for (let start = 0; start < rows; start += batchSize) {
    const size = Math.min(batchSize, rows - start);
    const batch = noGrad(() => tidy(() => validateBatch(model, data, start, size)));
    loss += (batch.loss * size) / rows;
    batchRmspe += (Math.sqrt(batch.squared) * size) / rows;
    squared += (batch.squared * size) / rows;
  }
  return { loss, expRmspe: batchRmspe, globalExpRmspe: Math.sqrt(squared) };
}

function validateBatch(model: TabularModel, data: DataTensors, start: number, size: number) {
  const target = data.target.narrow(0, start, size);
  const prediction = model
    .call(data.cats.narrow(0, start, size), data.conts.narrow(0, start, size))
    .view([-1]);
  return {
    loss: nn.functional.mseLoss(prediction, target).item() as number,
    squared: squaredPercentageError(prediction, target).item() as number,
  };
}

function selectRows(data: DataTensors, rows: Tensor): DataTensors {
  return {
    cats: data.cats.indexSelect(0, rows),
    conts: data.conts.indexSelect(0, rows),
    target: data.target.indexSelect(0, rows),
  };
}
