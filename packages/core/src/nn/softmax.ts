import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { softmin } from './functional/activations.js';
import { Module } from './module.js';
import { shapeText } from './shapes.js';

/** What the softmax layers have in common: the dimension along which the results belong together. */
abstract class AlongDimension extends Module {
  readonly dim: number | null;

  /** @param dim null leaves the choice to PyTorch's old rule, with a warning at each call */
  constructor(dim: number | null = null) {
    super();
    this.dim = dim;
  }

  protected dimFor(input: Tensor): number {
    if (this.dim !== null) return this.dim;
    process.emitWarning(`${this.constructor.name}: give the dimension to the constructor.`);
    const { ndim } = input;
    return ndim === 0 || ndim === 1 || ndim === 3 ? 0 : 1;
  }

  protected override extraRepr(): string {
    return `dim=${this.dim ?? 'None'}`;
  }
}

/** eˣ divided by its sum along `dim`. */
export class Softmax extends AlongDimension {
  protected override forward(input: Tensor): Tensor {
    return functions.torch.softmax(input, this.dimFor(input));
  }
}

/** {@link Softmax} of -x. */
export class Softmin extends AlongDimension {
  protected override forward(input: Tensor): Tensor {
    return softmin(input, this.dimFor(input));
  }
}

/** The logarithm of {@link Softmax}. */
export class LogSoftmax extends AlongDimension {
  protected override forward(input: Tensor): Tensor {
    return functions.torch.logSoftmax(input, this.dimFor(input));
  }
}

/** {@link Softmax} over the channels of images, `[channels, h, w]` or `[batch, channels, h, w]`. */
export class Softmax2d extends Module {
  /** @throws RangeError for an input of another number of dimensions */
  protected override forward(input: Tensor): Tensor {
    if (input.ndim !== 3 && input.ndim !== 4) {
      throw new RangeError(
        `Softmax2d: the input must have 3 or 4 dimensions, got shape ${shapeText(input)}`,
      );
    }
    return functions.torch.softmax(input, -3);
  }
}
