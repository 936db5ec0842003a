import { klDiv, poissonNllLoss } from '../nn/functional/likelihoods.js';
import { binaryCrossEntropyWithLogits, crossEntropy, nllLoss } from '../nn/functional/losses.js';
import {
  BCEWithLogitsLoss,
  CrossEntropyLoss,
  KLDivLoss,
  LabelSmoothingCrossEntropy,
  MultiLabelSoftMarginLoss,
  NLLLoss,
} from '../nn/lossClassification.js';
import { PoissonNLLLoss } from '../nn/lossRegression.js';
import type { Tensor } from '../tensor/tensor.js';
import { CrossEntropyFlat } from './flatLosses.js';
import type { LossFunction } from './lossFunction.js';

/** How predictions follow from a model's output. */
export interface Activation {
  /**
   * What predictions are: the probability of each class of one (`softmax`) or of many (`sigmoid`),
   * the exponential of the output (`exp`), or the output itself.
   */
  readonly name: 'softmax' | 'sigmoid' | 'exp' | 'none';
  /** Predictions of an output. */
  apply(output: Tensor): Tensor;
  /** An output of these predictions: where there are several, any. */
  undo(predictions: Tensor): Tensor;
}

const softmaxOver = (dim: (output: Tensor) => number): Activation => ({
  name: 'softmax',
  apply: (output) => output.softmax(dim(output)),
  undo: (predictions) => predictions.log(),
});

const activations = {
  softmaxLast: softmaxOver(() => -1),
  softmaxSecond: softmaxOver((output) => Math.min(1, output.ndim - 1)),
  sigmoid: {
    name: 'sigmoid',
    apply: (output) => output.sigmoid(),
    undo: (predictions) => predictions.logit(),
  },
  exp: {
    name: 'exp',
    apply: (output) => output.exp(),
    undo: (predictions) => predictions.log(),
  },
  none: { name: 'none', apply: (output) => output, undo: (predictions) => predictions },
} satisfies Record<string, Activation>;

export type ActivationKey = keyof typeof activations;

/** The classes of losses; a subclass stands before the class that it extends. */
const byClass: readonly (readonly [abstract new (...args: never) => object, ActivationKey])[] = [
  [CrossEntropyFlat, 'softmaxLast'],
  [CrossEntropyLoss, 'softmaxSecond'],
  [LabelSmoothingCrossEntropy, 'softmaxSecond'],
  [BCEWithLogitsLoss, 'sigmoid'],
  [MultiLabelSoftMarginLoss, 'sigmoid'],
  [NLLLoss, 'exp'],
  [KLDivLoss, 'exp'],
];

const byFunction = new Map<unknown, ActivationKey>([
  [crossEntropy, 'softmaxSecond'],
  [binaryCrossEntropyWithLogits, 'sigmoid'],
  [nllLoss, 'exp'],
  [poissonNllLoss, 'exp'],
  [klDiv, 'exp'],
]);

/** The name of the activation that belongs to a loss; 'none' for a loss that is not known. */
export function activationKeyOf(lossFunc: LossFunction): ActivationKey {
  if (lossFunc instanceof PoissonNLLLoss) return lossFunc.logInput ? 'exp' : 'none';
  const found = byClass.find(([type]) => lossFunc instanceof type);
  return found?.[1] ?? byFunction.get(lossFunc) ?? 'none';
}

export function activationOf(key: ActivationKey): Activation {
  return activations[key];
}

export function isActivationKey(key: unknown): key is ActivationKey {
  return typeof key === 'string' && Object.hasOwn(activations, key);
}
