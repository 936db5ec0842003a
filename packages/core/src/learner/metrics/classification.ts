import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { declareDirection } from './direction.js';
import { checkElements } from './elements.js';

/**
 * The share of targets that have the largest score.
 * @param pred scores `[..., classes]`
 * @param target class numbers, as many as there are rows of scores
 * @throws TorchValueError when their numbers differ
 */
export const accuracy = declareDirection(
  'max',
  function accuracy(pred: Tensor, target: Tensor): Tensor {
    return tidy(() => {
      const classes = pred.detach().argmax(-1);
      checkElements('accuracy', classes, target);
      return classes.eq(target.reshape(classes.shape)).float().mean();
    });
  },
);

/** 1 - {@link accuracy}. */
export const errorRate = declareDirection(
  'min',
  function errorRate(pred: Tensor, target: Tensor): Tensor {
    return tidy(() => accuracy(pred, target).neg().add(1));
  },
);

/**
 * The share of targets among the `k` classes that have the largest scores.
 * @param pred scores `[..., classes]`
 * @param target class numbers, as many as there are rows of scores
 * @param k default 5; as a metric with another one: `(p, t) => topKAccuracy(p, t, 3)`
 * @throws TorchValueError when their numbers differ
 * @throws TorchError when there are fewer than `k` classes
 */
export const topKAccuracy = declareDirection(
  'max',
  function topKAccuracy(pred: Tensor, target: Tensor, k = 5): Tensor {
    return tidy(() => {
      const { indices } = pred.detach().topk(k, -1);
      checkElements('topKAccuracy', indices.select(-1, 0), target);
      const wanted = target.reshape([...indices.shape.slice(0, -1), 1]);
      return indices.eq(wanted).any(-1).float().mean();
    });
  },
);
