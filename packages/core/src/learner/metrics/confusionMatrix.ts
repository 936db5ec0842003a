import { TorchValueError } from '../../tensor/errors.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { checkElements } from './elements.js';

/** How often each class was predicted where each class was right, over all batches. */
export class ConfusionMatrix {
  #classes = 0;
  /** Row by row. */
  #counts = new Float64Array();

  /** The number of classes: the last size of the scores; 0 before the first batch. */
  get nClasses(): number {
    return this.#classes;
  }

  /** Forgets all batches. */
  reset(): void {
    this.#classes = 0;
    this.#counts = new Float64Array();
  }

  /**
   * @param pred scores `[..., classes]`
   * @param target class numbers, as many as there are rows of scores
   * @throws TorchValueError when their numbers differ, when a target is no class, or when the
   * number of classes is another than before
   */
  accumulate(pred: Tensor, target: Tensor): void {
    const counts = tidy(() => this.#count(pred, target));
    this.#classes = pred.shape.at(-1) ?? 0;
    if (this.#counts.length === 0) this.#counts = counts;
    else for (let i = 0; i < counts.length; i++) (this.#counts[i] as number) += counts[i] as number;
  }

  /** Counts by right class, then by predicted class. */
  matrix(): number[][] {
    const n = this.#classes;
    return Array.from({ length: n }, (_, row) => [
      ...this.#counts.subarray(row * n, (row + 1) * n),
    ]);
  }

  #count(pred: Tensor, target: Tensor): Float64Array<ArrayBuffer> {
    const name = this.constructor.name;
    const classes = pred.shape.at(-1) ?? 0;
    if (this.#classes !== 0 && classes !== this.#classes) {
      throw valueError(`${name}: expected scores of ${this.#classes} classes, got ${classes}`);
    }
    const predicted = pred.detach().argmax(-1);
    checkElements(name, predicted, target);
    const right = target.long().reshape(predicted.shape);
    if (right.numel() > 0) {
      const [smallest, largest] = [Number(right.min().item()), Number(right.max().item())];
      if (smallest < 0 || largest >= classes) {
        throw valueError(
          `${name}: targets must be from 0 to ${classes - 1}, got ${smallest} to ${largest}`,
        );
      }
    }
    const cells = right.mul(classes).add(predicted).reshape([-1]);
    const counts = cells.bincount({ minlength: classes * classes }).double();
    return counts.toTypedArray() as Float64Array<ArrayBuffer>;
  }
}

function valueError(message: string): TorchValueError {
  return new TorchValueError({ code: 'value', message });
}
