import { functions } from '../ops/install.js';
import type { Tensor } from '../tensor/tensor.js';
import { AdaptiveAvgPool2d, AdaptiveMaxPool2d } from './adaptivePool.js';
import { Module } from './module.js';
import type { AdaptiveSize } from './poolSizes.js';

/**
 * The largest values and then the means of the same windows, twice the channels: `[batch, channels,
 * height, width]` to `[batch, 2 channels, ...outputSize]`.
 */
export class AdaptiveConcatPool2d extends Module {
  readonly outputSize: AdaptiveSize;
  ap: AdaptiveAvgPool2d;
  mp: AdaptiveMaxPool2d;

  constructor(outputSize: AdaptiveSize = 1) {
    super();
    this.outputSize = outputSize;
    this.ap = new AdaptiveAvgPool2d(outputSize);
    this.mp = new AdaptiveMaxPool2d(outputSize);
  }

  protected override forward(input: Tensor): Tensor {
    return functions.torch.cat([this.mp.call(input), this.ap.call(input)], 1);
  }
}
