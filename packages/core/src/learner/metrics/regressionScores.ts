import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Direction, Metric } from '../metric.js';
import { flattened } from './elements.js';
import { Moments } from './moments.js';
import { percentageError } from './regression.js';

/**
 * A score of all predictions together, in double precision, whatever the batches they come in. It
 * keeps sums, not the predictions. Without predictions its value is NaN.
 */
abstract class RegressionScore implements Metric {
  abstract readonly name: string;
  abstract readonly direction: Direction;

  abstract reset(): void;

  /** @throws TorchValueError when the numbers of elements differ */
  accumulate(pred: Tensor, target: Tensor): void {
    tidy(() => {
      const [p, t] = flattened(this.name, pred, target);
      this.add(p.double(), t.double());
    });
  }

  abstract value(): number;

  protected abstract add(pred: Tensor, target: Tensor): void;
}

/** What is computed of the targets and of the errors t - p. */
abstract class ErrorScore extends RegressionScore {
  readonly #errors = new Moments();
  readonly #targets = new Moments();

  override reset(): void {
    this.#errors.reset();
    this.#targets.reset();
  }

  override value(): number {
    return this.score(this.#errors, this.#targets);
  }

  protected override add(pred: Tensor, target: Tensor): void {
    this.#errors.add(target.sub(pred));
    this.#targets.add(target);
  }

  protected abstract score(errors: Moments, targets: Moments): number;
}

/** The coefficient of determination: 1 - Σ(t - p)² / Σ(t - mean(t))². */
export class R2Score extends ErrorScore {
  override readonly name = 'r2_score';
  override readonly direction = 'max';

  protected override score(errors: Moments, targets: Moments): number {
    return 1 - errors.squares / targets.deviations;
  }
}

/** 1 - Var(t - p) / Var(t). */
export class ExplainedVariance extends ErrorScore {
  override readonly name = 'explained_variance';
  override readonly direction = 'max';

  protected override score(errors: Moments, targets: Moments): number {
    return 1 - errors.deviations / targets.deviations;
  }
}

/** The root of a mean. */
abstract class RootMean extends RegressionScore {
  override readonly direction = 'min';
  readonly #terms = new Moments();

  override reset(): void {
    this.#terms.reset();
  }

  override value(): number {
    return this.#terms.count === 0 ? Number.NaN : Math.sqrt(this.#terms.mean);
  }

  protected override add(pred: Tensor, target: Tensor): void {
    this.#terms.add(this.terms(pred, target));
  }

  protected abstract terms(pred: Tensor, target: Tensor): Tensor;
}

/** √mean((t - p)²). */
export class RMSE extends RootMean {
  override readonly name = 'rmse';

  protected override terms(pred: Tensor, target: Tensor): Tensor {
    return target.sub(pred).square();
  }
}

/** The root mean square percentage error of predicted logarithms: √mean(((eᵗ - eᵖ) / eᵗ)²). */
export class ExpRMSPE extends RootMean {
  override readonly name: string = 'exp_rmspe';

  protected override terms(pred: Tensor, target: Tensor): Tensor {
    return percentageError(pred, target);
  }
}
