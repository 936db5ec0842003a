import type { Tensor } from '../tensor/tensor.js';
import { relu } from './functional/layers.js';
import { Module } from './module.js';

export interface ActivationOptions {
  /** Overwrites the input. Default false. */
  inplace?: boolean;
}

/** max(x, 0), element by element. */
export class ReLU extends Module {
  readonly inplace: boolean;

  constructor(options: ActivationOptions = {}) {
    super();
    this.inplace = options.inplace ?? false;
  }

  protected override forward(input: Tensor): Tensor {
    return relu(input, { inplace: this.inplace });
  }

  protected override extraRepr(): string {
    return this.inplace ? 'inplace=True' : '';
  }
}
