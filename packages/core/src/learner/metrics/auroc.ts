import { TorchValueError } from '../../tensor/errors.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Metric } from '../metric.js';
import { checkElements } from './elements.js';

/**
 * The area under the ROC curve, for two classes: how often a positive scores higher than a
 * negative, ties counting half. It keeps a number for each prediction.
 */
export class AUROC implements Metric {
  readonly name = 'auroc';
  readonly direction = 'max';
  #scores: number[] = [];
  #positive: boolean[] = [];

  reset(): void {
    this.#scores = [];
    this.#positive = [];
  }

  /**
   * @param pred logits of both classes `[N, 2]`
   * @param target zeros and ones, N of them
   * @throws TorchValueError for other shapes
   */
  accumulate(pred: Tensor, target: Tensor): void {
    if (pred.dim() !== 2 || pred.shape[1] !== 2) {
      throw new TorchValueError({
        code: 'value',
        message: `AUROC: the prediction must have the shape [N, 2], got [${pred.shape.join(', ')}]`,
      });
    }
    const [scores, positive] = tidy(() => {
      const probability = pred.detach().double().softmax(1).select(1, 1);
      checkElements('AUROC', probability, target);
      return [probability.toTypedArray(), target.reshape([-1]).eq(1).toTypedArray()];
    });
    for (const score of scores) this.#scores.push(Number(score));
    for (const flag of positive) this.#positive.push(Boolean(flag));
  }

  /** NaN without a positive or without a negative. */
  value(): number {
    const order = this.#scores.map((_, i) => i);
    order.sort((a, b) => (this.#scores[a] as number) - (this.#scores[b] as number));
    let below = 0;
    let pairs = 0;
    let positives = 0;
    for (let start = 0, end = 0; start < order.length; start = end) {
      const score = this.#scores[order[start] as number];
      let tiedPositives = 0;
      while (end < order.length && this.#scores[order[end] as number] === score) {
        if (this.#positive[order[end++] as number]) tiedPositives++;
      }
      const tiedNegatives = end - start - tiedPositives;
      pairs += tiedPositives * (below + tiedNegatives / 2);
      below += tiedNegatives;
      positives += tiedPositives;
    }
    return pairs / (positives * below);
  }
}
