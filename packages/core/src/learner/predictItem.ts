import { noGrad } from '../autograd/gradMode.js';
import {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  FeatureAlphaDropout,
} from '../nn/dropout.js';
import { inEvalMode } from '../nn/evalMode.js';
import type { AnyModule } from '../nn/module.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { activationKeyOf, activationOf } from './activations.js';
import type { SupervisedBatch, Tensors } from './batch.js';
import { CallbackHandler } from './callbackHandler.js';
import type { Learner } from './learner.js';
import { activationFor, eachOf, forward } from './predictions.js';

export interface PredBatchOptions {
  /** Runs dropout layers as in training. Default false. */
  readonly withDropout?: boolean;
  /** Makes predictions of the model's output. Default: that of the data, else that of the loss. */
  readonly activ?: (output: Tensors) => Tensors;
}

const predBatchOptions = [
  'withDropout',
  'activ',
] as const satisfies readonly (keyof PredBatchOptions)[];

/** What is predicted for an item. */
export interface Prediction {
  /**
   * The class, or the classes of at least even odds, where they are known by name, else their
   * numbers; a number, or an array of them, where no classes are predicted.
   */
  readonly label: unknown;
  /** The class's number, the classes as 0 and 1, or the numbers predicted. */
  readonly value: Tensor;
  /** The prediction itself: a probability for each class, or the numbers. */
  readonly output: Tensors;
  /** With `returnX`: the model's input, before it was normalised. */
  readonly x?: Tensors;
}

/** What is predicted for several items; each part has one entry for each of them. */
export interface Predictions {
  /** See {@link Prediction}. */
  readonly labels: readonly unknown[];
  /** Classes' numbers `[items]`, classes as 0 and 1, or the numbers predicted. */
  readonly values: Tensor;
  /** The predictions themselves, one row an item. */
  readonly outputs: Tensors;
}

export interface PredictOptions {
  /** Gives the item as the model got it, too. Default false. */
  readonly returnX?: boolean;
}

/** See {@link Learner.predBatch}. */
export function predBatch(
  learn: Learner,
  batch: SupervisedBatch,
  options: PredBatchOptions = {},
): Tensors {
  checkOptions('predBatch', options, predBatchOptions);
  const { withDropout = false, activ = activationFor(learn) } = options;
  const { model } = learn;
  return noGrad(() =>
    tidy(() =>
      inEvalMode(model, () => {
        if (withDropout) for (const dropout of dropoutsOf(model)) dropout.train();
        return activ(forward(new CallbackHandler(learn.callbacks, []), model, batch));
      }),
    ),
  );
}

const dropoutTypes = [Dropout, Dropout1d, Dropout2d, Dropout3d, AlphaDropout, FeatureAlphaDropout];

function dropoutsOf(model: AnyModule): AnyModule[] {
  return [...model.modules()].filter((module) =>
    dropoutTypes.some((type) => module instanceof type),
  );
}

/** See {@link Learner.predict}. */
export function predictItem(
  learn: Learner,
  item: unknown,
  options: PredictOptions & PredBatchOptions = {},
): Prediction {
  const { returnX = false, ...forBatch } = options;
  return tidy(() => {
    const batch = learn.data.oneItem(item);
    const first = (rows: Tensors) => eachOf(rows, (row) => row.select(0, 0));
    const outputs = predBatch(learn, batch, forBatch);
    const { labels, values } = decode(learn, outputs);
    const output = first(outputs);
    const value = values === outputs ? (output as Tensor) : values.select(0, 0);
    const predicted = { label: labels[0], value, output };
    return returnX ? { ...predicted, x: first(learn.data.denorm(batch[0])) } : predicted;
  });
}

/** See {@link Learner.predictItems}. */
export function predictItems(learn: Learner, items: readonly unknown[]): Predictions {
  return tidy(() => {
    const outputs = predBatch(learn, learn.data.itemBatch(items));
    return { ...decode(learn, outputs), outputs };
  });
}

function decode({ data, lossFunc }: Learner, outputs: Tensors): Omit<Predictions, 'outputs'> {
  const predictions = outputs instanceof Tensor ? outputs : (outputs[0] as Tensor);
  const count = predictions.size(0);
  const nameOf = (index: number) => data.classes?.[index] ?? index;
  const { name } = activationOf(activationKeyOf(lossFunc));
  if (name === 'softmax') {
    const values = predictions.reshape([count, -1]).argmax(1);
    return { labels: (values.toArray() as unknown[]).map((it) => nameOf(Number(it))), values };
  }
  if (name === 'sigmoid') {
    const isOn = predictions.ge(evenOdds);
    const rows = isOn.reshape([count, -1]).toArray() as boolean[][];
    const labels = rows.map((row) => row.flatMap((on, index) => (on ? [nameOf(index)] : [])));
    return { labels, values: isOn.to(predictions.dtype) };
  }
  const isOne = predictions.numel() === count;
  const labels = (isOne ? predictions.flatten() : predictions).toArray() as unknown[];
  return { labels, values: predictions };
}

const evenOdds = 0.5;
