import { io, tidy } from '@flambeau/core';
import type { TabularModel } from './model.js';
import type { DataTensors } from './tensors.js';
import { type Validation, validate } from './train.js';

/** Writes parameters and running statistics under PyTorch's keys as safetensors. */
export function saveWeights(model: TabularModel, path: string): void {
  tidy(() => io.saveFile(model.stateDict(), path));
}

/** Reads them back into a model of the same shape. */
export function loadWeights(model: TabularModel, path: string): void {
  tidy(() => void model.loadStateDict(io.loadFile(path)));
}

/**
 * Loads the weights into `fresh` and validates it.
 *
 * @throws Error when it does not predict as the model that was saved.
 */
export function verifyWeights(
  path: string,
  fresh: TabularModel,
  data: DataTensors,
  batchSize: number,
  expected: Validation,
): void {
  loadWeights(fresh, path);
  const { loss } = validate(fresh, data, batchSize);
  if (loss !== expected.loss) {
    throw new Error(
      `the weights in ${path} give the validation loss ${loss}, the model that was saved gives ${expected.loss}`,
    );
  }
}
