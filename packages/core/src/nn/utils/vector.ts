import { noGrad } from '../../autograd/gradMode.js';
import { functions } from '../../ops/install.js';
import { tidy } from '../../tensor/scope.js';
import type { Tensor } from '../../tensor/tensor.js';
import { shapeText } from '../shapes.js';

/** The elements of all parameters in one vector, `[elements]`. */
export function parametersToVector(parameters: Iterable<Tensor>): Tensor {
  return tidy(() => functions.torch.cat([...parameters].map((tensor) => tensor.reshape([-1]))));
}

/**
 * Copies the elements of a vector into the parameters, one after the other.
 * @throws RangeError unless the vector has as many elements as the parameters
 */
export function vectorToParameters(vector: Tensor, parameters: Iterable<Tensor>): void {
  const targets = [...parameters];
  const total = targets.reduce((count, tensor) => count + tensor.numel(), 0);
  if (vector.ndim !== 1 || vector.numel() !== total) {
    throw new RangeError(
      `vectorToParameters: a vector of ${total} elements is expected, got shape ${shapeText(vector)}`,
    );
  }
  noGrad(() =>
    tidy(() => {
      let start = 0;
      for (const target of targets) {
        const count = target.numel();
        target.copy_(vector.narrow(0, start, count).reshape(target.shape));
        start += count;
      }
    }),
  );
}
