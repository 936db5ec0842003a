import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Direction } from '../metric.js';
import { declareDirection } from './direction.js';
import { flattened } from './elements.js';

/** A metric of two tensors with as many elements, whatever their shapes. */
function flat(direction: Direction, name: string, formula: (p: Tensor, t: Tensor) => Tensor) {
  const { [name]: metric } = {
    [name]: (pred: Tensor, target: Tensor): Tensor =>
      tidy(() => formula(...flattened(name, pred, target))),
  };
  return declareDirection(direction, metric as (pred: Tensor, target: Tensor) => Tensor);
}

/**
 * mean((t - p)²).
 * @throws TorchValueError, like all metrics of this file, when the numbers of elements differ
 */
export const meanSquaredError = flat('min', 'meanSquaredError', squaredError);

/** √mean((t - p)²). Averaged over batches it is not that of the whole set: {@link RMSE} is. */
export const rootMeanSquaredError = flat('min', 'rootMeanSquaredError', (p, t) =>
  squaredError(p, t).sqrt(),
);

/** mean(|t - p|). */
export const meanAbsoluteError = flat('min', 'meanAbsoluteError', (p, t) => t.sub(p).abs().mean());

/** mean((ln(1 + t) - ln(1 + p))²). */
export const meanSquaredLogarithmicError = flat('min', 'meanSquaredLogarithmicError', (p, t) =>
  squaredError(p.log1p(), t.log1p()),
);

/**
 * The root mean square percentage error of predicted logarithms: √mean(((eᵗ - eᵖ) / eᵗ)²).
 * Averaged over batches it is not that of the whole set: {@link ExpRMSPE} is.
 */
export const expRmspe = flat('min', 'expRmspe', (p, t) => percentageError(p, t).mean().sqrt());

/** The coefficient of determination: 1 - Σ(t - p)² / Σ(t - mean(t))². */
export const r2Score = flat('max', 'r2Score', (p, t) => {
  const residual = t.sub(p).square().sum();
  return residual.div(t.sub(t.mean()).square().sum()).neg().add(1);
});

/** 1 - Var(t - p) / Var(t). */
export const explainedVariance = flat('max', 'explainedVariance', (p, t) =>
  t.sub(p).var().div(t.var()).neg().add(1),
);

export {
  meanAbsoluteError as mae,
  meanSquaredError as mse,
  meanSquaredLogarithmicError as msle,
  rootMeanSquaredError as rmse,
};

/** The squares of (eᵗ - eᵖ) / eᵗ. */
export function percentageError(p: Tensor, t: Tensor): Tensor {
  return p.sub(t).expm1().square();
}

function squaredError(p: Tensor, t: Tensor): Tensor {
  return t.sub(p).square().mean();
}
