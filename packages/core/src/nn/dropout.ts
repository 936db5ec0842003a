import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkProbability } from './checks.js';
import { dropout } from './functional/layers.js';
import { Module } from './module.js';
import { pythonBool } from './text.js';

export interface DropoutOptions {
  /** Overwrites the input. Default false. */
  inplace?: boolean;
}

/**
 * In training, sets each element to 0 with probability `p`, anew at every call, and scales the
 * others by 1/(1-p); in evaluation, gives its input back (Hinton et al. 2012).
 */
export class Dropout extends Module {
  p: number;
  readonly inplace: boolean;

  constructor(p = 0.5, options: DropoutOptions = {}) {
    super();
    checkProbability('Dropout', p);
    this.p = p;
    this.inplace = options.inplace ?? false;
  }

  protected override forward(input: Tensor): Tensor {
    return dropout(input, this.p, { training: this.training, inplace: this.inplace });
  }

  protected override extraRepr(): string {
    return `p=${shortest(this.p)}, inplace=${pythonBool(this.inplace)}`;
  }
}
