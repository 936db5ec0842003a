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
    const output = first(predBatch(learn, batch, forBatch));
    const predicted = { ...decode(learn, output), output };
    return returnX ? { ...predicted, x: first(learn.data.denorm(batch[0])) } : predicted;
  });
}

function decode({ data, lossFunc }: Learner, output: Tensors): Omit<Prediction, 'output'> {
  const prediction = output instanceof Tensor ? output : (output[0] as Tensor);
  const nameOf = (index: number) => data.classes?.[index] ?? index;
  const { name } = activationOf(activationKeyOf(lossFunc));
  if (name === 'softmax') {
    const value = prediction.argmax();
    return { label: nameOf(Number(value.item())), value };
  }
  if (name === 'sigmoid') {
    const isOn = prediction.ge(evenOdds);
    const numbers = (isOn.flatten().toArray() as boolean[]).flatMap((on, i) => (on ? [i] : []));
    return { label: numbers.map(nameOf), value: isOn.to(prediction.dtype) };
  }
  const label = prediction.numel() === 1 ? prediction.item() : prediction.toArray();
  return { label, value: prediction };
}

const evenOdds = 0.5;
