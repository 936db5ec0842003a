import { checkOptions } from '../../tensor/options.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { declareDirection } from './direction.js';
import { checkElements } from './elements.js';

export interface DiceOptions {
  /** Gives intersection over union instead: |A ∩ B| / |A ∪ B|. Default false. */
  iou?: boolean;
}

/**
 * The Dice coefficient of a mask and its prediction: 2 |A ∩ B| / (|A| + |B|); 1 where both are
 * empty.
 * @param pred scores of background and foreground, `[N, 2, ...]`
 * @param target zeros and ones, `[N, ...]` or `[N, 1, ...]`
 * @throws TorchValueError when the numbers of pixels differ
 */
export const dice = declareDirection(
  'max',
  function dice(pred: Tensor, target: Tensor, options: DiceOptions = {}): number {
    checkOptions('dice', options, ['iou']);
    return tidy(() => {
      const found = pred.detach().argmax(1);
      checkElements('dice', found, target);
      const wanted = target.reshape(found.shape);
      const both = Number(found.mul(wanted).sum().item());
      const sum = Number(found.add(wanted).sum().item());
      if (sum === 0) return 1;
      return options.iou ? both / (sum - both) : (2 * both) / sum;
    });
  },
);
