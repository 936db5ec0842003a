import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { type LocalResponseCall, localResponseNorm } from './functional/normalization.js';
import { Module } from './module.js';
import { expandSize } from './sizes.js';

/**
 * x / (k + alpha / size · Σ x²)^beta, where the sum is over `size` neighbouring channels of
 * `[batch, channels, *]` (Krizhevsky et al. 2012).
 */
export class LocalResponseNorm extends Module {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(size: number, options: LocalResponseCall = {}) {
    super();
    [this.size] = expandSize('LocalResponseNorm', 'size', size, 1, 1) as [number];
    this.alpha = options.alpha ?? 1e-4;
    this.beta = options.beta ?? 0.75;
    this.k = options.k ?? 1;
  }

  protected override forward(input: Tensor): Tensor {
    const { size, alpha, beta, k } = this;
    return localResponseNorm(input, size, { alpha, beta, k });
  }

  protected override extraRepr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, alpha=${shortest(alpha)}, beta=${shortest(beta)}, k=${shortest(k)}`;
  }
}
