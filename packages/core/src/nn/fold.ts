import type { Tensor } from '../tensor/tensor.js';
import { fold, unfold, type WindowCall } from './functional/windows.js';
import { Module } from './module.js';
import { expandSize, pythonSize, type SpatialSize } from './sizes.js';

/** Windows of an image: their size, and how they lie. */
abstract class Windows extends Module {
  readonly kernelSize: SpatialSize;
  readonly dilation: SpatialSize;
  readonly padding: SpatialSize;
  readonly stride: SpatialSize;

  constructor(kernelSize: SpatialSize, options: WindowCall) {
    super();
    const owner = this.constructor.name;
    const { dilation = 1, padding = 0, stride = 1 } = options;
    expandSize(owner, 'kernelSize', kernelSize, 2, 1);
    expandSize(owner, 'dilation', dilation, 2, 1);
    expandSize(owner, 'padding', padding, 2);
    expandSize(owner, 'stride', stride, 2, 1);
    this.kernelSize = kernelSize;
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  protected override extraRepr(): string {
    const { kernelSize, dilation, padding, stride } = this;
    return `kernel_size=${pythonSize(kernelSize)}, dilation=${pythonSize(dilation)}, padding=${pythonSize(padding)}, stride=${pythonSize(stride)}`;
  }
}

/**
 * The windows of images, each in a column: `[batch, channels, height, width]`, or without batch, to
 * `[batch, channels · kernel elements, windows]`.
 */
export class Unfold extends Windows {
  constructor(kernelSize: SpatialSize, options: WindowCall = {}) {
    super(kernelSize, options);
  }

  protected override forward(input: Tensor): Tensor {
    const { kernelSize, dilation, padding, stride } = this;
    return unfold(input, kernelSize, { dilation, padding, stride });
  }
}

/**
 * The sum of windows in an image: the gradient of {@link Unfold}, not its inverse where windows
 * overlap. `[batch, channels · kernel elements, windows]`, or without batch, to
 * `[batch, channels, ...outputSize]`.
 */
export class Fold extends Windows {
  readonly outputSize: SpatialSize;

  constructor(outputSize: SpatialSize, kernelSize: SpatialSize, options: WindowCall = {}) {
    super(kernelSize, options);
    expandSize('Fold', 'outputSize', outputSize, 2, 1);
    this.outputSize = outputSize;
  }

  protected override forward(input: Tensor): Tensor {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return fold(input, outputSize, kernelSize, { dilation, padding, stride });
  }

  protected override extraRepr(): string {
    return `output_size=${pythonSize(this.outputSize)}, ${super.extraRepr()}`;
  }
}
