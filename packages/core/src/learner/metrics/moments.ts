import type { Tensor } from '../../tensor/tensor.js';

/**
 * Mean and sum of squared deviations of numbers that come in pieces, merged by the formula of
 * Chan, Golub and LeVeque (1979), which stays exact where a difference of large sums would not.
 */
export class Moments {
  count = 0;
  mean = 0;
  /** Σ(x - mean)². */
  deviations = 0;

  /** Takes a vector, on any device. */
  add(values: Tensor): void {
    const count = values.numel();
    if (count === 0) return;
    const exact = values.double();
    const mean = Number(exact.mean().item());
    const deviations = Number(exact.sub(mean).square().sum().item());
    const all = this.count + count;
    const shift = mean - this.mean;
    this.deviations += deviations + (shift * shift * this.count * count) / all;
    this.mean += (shift * count) / all;
    this.count = all;
  }

  /** Σx². */
  get squares(): number {
    return this.deviations + this.count * this.mean * this.mean;
  }

  reset(): void {
    this.count = 0;
    this.mean = 0;
    this.deviations = 0;
  }
}
