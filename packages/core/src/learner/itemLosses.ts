import { Loss } from '../nn/loss.js';
import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { listify, sampleCount, type Tensors } from './batch.js';
import { computeLoss, type LossFunction } from './lossFunction.js';

/**
 * The loss of each sample of a batch, `[samples]`. A loss module gives its unreduced losses, which
 * are averaged for each sample; any other loss is computed sample by sample.
 */
export function itemLosses(lossFunc: LossFunction, output: Tensors, target: Tensors): Tensor {
  const samples = sampleCount(target);
  if (lossFunc instanceof Loss) {
    const losses = unreduced(lossFunc, () => computeLoss(lossFunc, output, target));
    return losses.reshape([samples, -1]).mean(1);
  }
  const each = Array.from({ length: samples }, (_, i) =>
    computeLoss(lossFunc, rowOf(output, i), rowOf(target, i)),
  );
  return functions.torch.stack(each);
}

function unreduced<T>(loss: Loss<readonly unknown[]>, fn: () => T): T {
  const settings = loss as { reduction: string };
  const { reduction } = settings;
  settings.reduction = 'none';
  try {
    return fn();
  } finally {
    settings.reduction = reduction;
  }
}

function rowOf(tensors: Tensors, row: number): Tensors {
  const rows = listify(tensors).map((tensor) => tensor.narrow(0, row, 1));
  return Array.isArray(tensors) ? rows : (rows[0] as Tensor);
}
