import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { sameSizes, shapeText } from '../shapes.js';
import { handleOf } from './handles.js';
import { linear } from './layers.js';
import { type CrossEntropyOptions, crossEntropy } from './losses.js';

export interface LinearCrossEntropyCall extends Omit<CrossEntropyOptions, 'ignoreIndex'> {
  /** Added to the logits, `[classes, *outFeatures]`. */
  linearBias?: Tensor | null;
  /** A class that adds nothing to the loss or its mean; only for a target of classes. Default -100. */
  ignoreIndex?: number | null;
}

/**
 * The cross-entropy of the logits x Wᵀ + b.
 * @param input `[batch, in]` or `[in]`
 * @param linearWeight `[classes, *outFeatures, in]`; `outFeatures` only with a batch
 * @param target int64 classes `[batch, *outFeatures]`, or probabilities of the logits' shape
 *   `[batch, classes, *outFeatures]`; without batch `[]` or `[classes]`
 * @throws RangeError for shapes that do not fit, or `ignoreIndex` with a target of probabilities
 */
export function linearCrossEntropy(
  input: Tensor,
  linearWeight: Tensor,
  target: Tensor,
  options: LinearCrossEntropyCall = {},
): Tensor {
  const owner = 'linearCrossEntropy';
  handleOf(owner, 'input', input);
  handleOf(owner, 'linearWeight', linearWeight);
  const { linearBias = null, ignoreIndex = null, ...rest } = options;
  const [classes = 0, ...features] = linearWeight.shape;
  const inFeatures = features.pop() ?? 0;
  if (input.ndim < 1 || input.ndim > 2 || input.size(-1) !== inFeatures) {
    throw new RangeError(
      `${owner}: the input must have 1 or 2 dimensions, the last one of size ${inFeatures}, ` +
        `got shape ${shapeText(input)}`,
    );
  }
  if (features.length > 0 && input.ndim === 1) {
    throw new RangeError(`${owner}: outFeatures need an input with batch, got ${shapeText(input)}`);
  }
  if (linearBias !== null && !sameSizes(linearBias.shape, [classes, ...features])) {
    throw new RangeError(
      `${owner}: linearBias must have the shape [${[classes, ...features].join(', ')}], ` +
        `got ${shapeText(linearBias)}`,
    );
  }
  const shape = [...input.shape.slice(0, -1), classes, ...features];
  if (ignoreIndex !== null && sameSizes(target.shape, shape)) {
    throw new RangeError(`${owner}: a target of probabilities has no ignoreIndex`);
  }
  return tidy(() => {
    const weight = linearWeight.reshape([-1, inFeatures]);
    const logits = linear(input, weight, linearBias?.reshape([-1])).reshape(shape);
    return crossEntropy(logits, target, { ...rest, ignoreIndex: ignoreIndex ?? -100 });
  });
}
