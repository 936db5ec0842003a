import type { BatchSource } from '../data/batches.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import { activationKeyOf, activationOf } from './activations.js';
import type { SupervisedBatch, Tensors } from './batch.js';
import { DatasetType } from './datasetType.js';
import { itemLosses } from './itemLosses.js';
import type { Learner } from './learner.js';
import { activationFor, type Preds, type PredsAndLosses, predictAll } from './predictions.js';

/** The same samples as those of `dsType`, in their order, augmented in a way of its own each time. */
export type AugmentedLoaders = (
  learn: Learner,
  options: { readonly dsType: DatasetType; readonly scale: number },
) => Iterable<BatchSource<SupervisedBatch>>;

export interface TtaOptions {
  /** Loaders of augmented samples. Default: those of the data. */
  readonly augmented?: AugmentedLoaders;
  /** The weight of the predictions without augmentation. Default 0.4. */
  readonly beta?: number;
  /** How far augmentation zooms in. Default 1.35. */
  readonly scale?: number;
  /** Default the validation data. */
  readonly dsType?: DatasetType;
  /** The loss of each sample too, of the final predictions. Default false. */
  readonly withLoss?: boolean;
  readonly signal?: AbortSignal;
}

const ttaOptions = [
  'augmented',
  'beta',
  'scale',
  'dsType',
  'withLoss',
  'signal',
] as const satisfies readonly (keyof TtaOptions)[];

/** See {@link Learner.tta}. */
export async function tta(
  learn: Learner,
  options: TtaOptions,
): Promise<Preds<Tensor> | PredsAndLosses<Tensor>> {
  checkOptions('tta', options, ttaOptions);
  const { beta = 0.4, scale = 1.35, dsType = DatasetType.Valid, signal } = options;
  const augmented = options.augmented ?? learn.data.augmented;
  if (augmented === undefined) {
    throw new TypeError('tta needs augmented samples: give it, or the data, loaders of them');
  }
  const activ = activationFor(learn);
  const predict = (source: BatchSource<SupervisedBatch>) =>
    predictAll<Tensor>(learn, source, activ, { signal });

  const [plain, targets] = await predict(learn.data.dl(dsType));
  const passes: Tensor[] = [];
  try {
    for (const source of augmented(learn, { dsType, scale })) {
      const [preds, others] = await predict(source);
      passes.push(preds);
      disposeOf(others);
    }
    if (passes.length === 0) throw new RangeError('there are no augmented samples');
    const preds = tidy(() => {
      const sum = passes.reduce((total, pass) => total.add(pass));
      return plain.mul(beta).add(sum.mul((1 - beta) / passes.length));
    });
    if (!options.withLoss) return [preds, targets];
    return [preds, targets, tidy(() => lossesOf(learn, preds, targets))];
  } catch (error) {
    disposeOf(targets);
    throw error;
  } finally {
    for (const part of [plain, ...passes]) part.dispose();
  }
}

/** The loss takes an output, so these are losses of an output that has such predictions. */
function lossesOf({ lossFunc }: Learner, preds: Tensor, targets: Tensors): Tensor {
  const { undo } = activationOf(activationKeyOf(lossFunc));
  return itemLosses(lossFunc, undo(preds), targets);
}

function disposeOf(tensors: Tensors): void {
  for (const tensor of [tensors].flat()) tensor.dispose();
}
