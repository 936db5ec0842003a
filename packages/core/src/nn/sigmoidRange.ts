import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';

/** sigmoid(x) · (high - low) + low, element by element: a value between `low` and `high`. */
export function sigmoidRange(input: Tensor, low: number, high: number): Tensor {
  return input
    .sigmoid()
    .mul(high - low)
    .add(low);
}

/** {@link sigmoidRange} as a layer. */
export class SigmoidRange extends Module {
  readonly low: number;
  readonly high: number;

  constructor(low: number, high: number) {
    super();
    this.low = low;
    this.high = high;
  }

  protected override forward(input: Tensor): Tensor {
    return sigmoidRange(input, this.low, this.high);
  }
}
