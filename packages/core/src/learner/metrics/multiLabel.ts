import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { declareDirection } from './direction.js';
import { checkElements } from './elements.js';

export interface ThresholdOptions {
  /** Greater probabilities count as yes. */
  thresh?: number;
  /** Takes `pred` as logits, the inputs of a sigmoid. Default true. */
  sigmoid?: boolean;
}

export interface MultiLabelFbetaOptions extends ThresholdOptions {
  /** How many times recall counts as much as precision. Default 2. */
  beta?: number;
  /** Added to denominators. Default 1e-9. */
  eps?: number;
}

/**
 * The share of labels that are right.
 * @param pred probabilities, or logits, of any shape
 * @param target zeros and ones, of the same shape
 * @param options `thresh` default 0.5
 * @throws TorchValueError when the numbers of elements differ
 */
export const accuracyThresh = declareDirection(
  'max',
  function accuracyThresh(pred: Tensor, target: Tensor, options: ThresholdOptions = {}): Tensor {
    checkOptions('accuracyThresh', options, ['thresh', 'sigmoid']);
    checkElements('accuracyThresh', pred, target);
    const { thresh = 0.5, sigmoid = true } = options;
    return tidy(() =>
      labels(pred, thresh, sigmoid).eq(target.reshape(pred.shape).bool()).float().mean(),
    );
  },
);

/**
 * F-beta of each row's labels, averaged over the rows: (1 + β²) P R / (β² P + R).
 * @param pred probabilities, or logits, `[rows, labels]`
 * @param target zeros and ones, `[rows, labels]`
 * @param options `thresh` default 0.2
 * @throws TorchValueError when the numbers of elements differ
 */
export const fbeta = declareDirection(
  'max',
  function fbeta(pred: Tensor, target: Tensor, options: MultiLabelFbetaOptions = {}): Tensor {
    checkOptions('fbeta', options, ['thresh', 'sigmoid', 'beta', 'eps']);
    checkElements('fbeta', pred, target);
    const { thresh = 0.2, sigmoid = true, beta = 2, eps = 1e-9 } = options;
    return tidy(() => {
      const said = labels(pred, thresh, sigmoid).float();
      const are = target.reshape(pred.shape).float();
      const right = said.mul(are).sum(1);
      const precision = right.div(said.sum(1).add(eps));
      const recall = right.div(are.sum(1).add(eps));
      const denominator = precision
        .mul(beta ** 2)
        .add(recall)
        .add(eps);
      return precision
        .mul(recall)
        .div(denominator)
        .mul(1 + beta ** 2)
        .mean();
    });
  },
);

function labels(pred: Tensor, thresh: number, sigmoid: boolean): Tensor {
  const scores = pred.detach();
  return (sigmoid ? scores.sigmoid() : scores).gt(thresh);
}
