import { noGrad } from '../autograd/gradMode.js';
import type { BatchSource } from '../data/batches.js';
import type { AnyModule } from '../nn/module.js';
import { listify, type SupervisedBatch, sampleCount, type Tensors } from './batch.js';
import type { CallbackHandler } from './callbackHandler.js';
import { forEachBatch, Pace } from './eventLoop.js';
import { computeLoss, type LossFunction } from './lossFunction.js';
import type { OptimWrapper } from './optimWrapper.js';

export interface Evaluated {
  readonly model: AnyModule;
  readonly lossFunc: LossFunction;
  readonly handler: CallbackHandler;
  readonly pace?: Pace;
  readonly signal?: AbortSignal | undefined;
}

export interface Trained extends Evaluated {
  readonly opt: OptimWrapper;
  readonly trainDl: BatchSource<SupervisedBatch>;
  /** None: no validation. */
  readonly validDl: BatchSource<SupervisedBatch> | undefined;
}

/**
 * Trains until the state's last epoch, with a validation after each, unless a callback stops it.
 * However it ends, the callbacks are told, and after a failure no gradient is left.
 * @throws the signal's reason when it is aborted, what a callback throws
 */
export async function fitLoop(epochs: number, trained: Trained): Promise<void> {
  const { handler, opt } = trained;
  await untilTrainEnd(handler, async () => {
    try {
      await handler.trainBegin(epochs);
      await runEpochs({ pace: new Pace(), ...trained });
    } catch (error) {
      opt.zeroGrad();
      throw error;
    }
  });
}

/**
 * A validation by itself, as an epoch of its own.
 * @returns the loss and the metrics' values
 */
export async function validation(
  source: BatchSource<SupervisedBatch>,
  evaluated: Evaluated,
): Promise<readonly (number | null)[]> {
  const { handler } = evaluated;
  await untilTrainEnd(handler, async () => {
    await handler.trainBegin(1);
    await handler.epochBegin();
    await handler.epochEnd(await validateLoop(source, evaluated));
  });
  return handler.state.lastMetrics;
}

/** Tells the callbacks of the end, whatever happens; the first error is the one that counts. */
async function untilTrainEnd(handler: CallbackHandler, run: () => Promise<void>): Promise<void> {
  let failure: { error: unknown } | undefined;
  try {
    await run();
  } catch (error) {
    failure = { error };
    handler.state.forgetTensors();
  }
  try {
    await handler.trainEnd(failure?.error);
  } catch (error) {
    failure ??= { error };
  }
  if (failure !== undefined) throw failure.error;
}

async function runEpochs(trained: Trained): Promise<void> {
  const { handler, model, trainDl, validDl, pace, signal } = trained;
  const { state } = handler;
  while (state.epoch < state.nEpochs) {
    signal?.throwIfAborted();
    model.train();
    await handler.epochBegin();
    await forEachBatch(trainDl, (take) => trainBatch(take(), trained), { pace, signal });
    const validated = validDl !== undefined && !state.skipValidate;
    const validLoss = validated ? await validateLoop(validDl, trained) : null;
    await handler.epochEnd(validLoss);
    if (state.stopTraining) return;
  }
}

/**
 * Someone else may have changed the model's mode between two batches, such as to predict.
 * @returns whether the epoch ends here
 */
function trainBatch([x, y]: SupervisedBatch, { handler, model, lossFunc, opt }: Trained): boolean {
  const { state } = handler;
  if (!model.training) model.train();
  handler.batchBegin(x, y, true);
  handler.lossBegin(model.call(...listify(state.lastInput)) as Tensors);
  handler.backwardBegin(computeLoss(lossFunc, state.lastOutput, state.lastTarget));
  if (!state.skipBwd) state.lastLoss.backward();
  handler.backwardEnd();
  if (!state.skipStep) opt.step();
  handler.stepEnd();
  if (!state.skipZero) opt.zeroGrad();
  handler.batchEnd(state.lastLoss.detach());
  state.forgetTensors();
  return state.stopEpoch;
}

/**
 * The mean loss over all samples, with the model in evaluation mode; NaN without batches.
 * @throws the signal's reason when it is aborted, what a callback throws
 */
async function validateLoop(
  source: BatchSource<SupervisedBatch>,
  { handler, model, lossFunc, pace, signal }: Evaluated,
): Promise<number> {
  const { state } = handler;
  let sum = 0;
  let samples = 0;
  model.eval();
  const step = (take: () => SupervisedBatch) => {
    const [x, y] = take();
    if (model.training) model.eval();
    handler.batchBegin(x, y, false);
    handler.lossBegin(model.call(...listify(state.lastInput)) as Tensors);
    const loss = computeLoss(lossFunc, state.lastOutput, state.lastTarget);
    const count = sampleCount(state.lastTarget);
    sum += Number(loss.item()) * count;
    samples += count;
    handler.batchEnd(loss);
    state.forgetTensors();
    return state.stopEpoch;
  };
  await forEachBatch(source, (take) => noGrad(() => step(take)), { pace, signal });
  return sum / samples;
}
