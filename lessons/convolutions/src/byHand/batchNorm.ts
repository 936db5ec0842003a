import { noGrad, type Tensor, tidy, torch } from '@flambeau/core';

/**
 * Batch norm of rows of features (Ioffe and Szegedy 2015). In training a batch is normalised by its
 * own mean and deviation; moving averages of both are only kept for predictions. What is normalised
 * is multiplied by gamma, and beta is added.
 */
export class BatchNormByHand implements Disposable {
  readonly gamma: Tensor;
  readonly beta: Tensor;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  readonly momentum: number;
  readonly eps: number;

  /** @param momentum how much a batch changes the averages. Default 0.1. */
  constructor(features: number, { momentum = 0.1, eps = 1e-5 } = {}) {
    this.gamma = torch.ones([features], { requiresGrad: true });
    this.beta = torch.zeros([features], { requiresGrad: true });
    this.runningMean = torch.zeros([features]);
    this.runningVar = torch.ones([features]);
    this.momentum = momentum;
    this.eps = eps;
  }

  /** @param x `[n, features]` */
  call(x: Tensor, training: boolean): Tensor {
    return tidy(() => {
      const [mean, variance] = training
        ? this.#batchStatistics(x)
        : [this.runningMean, this.runningVar];
      const normalized = x.sub(mean).div(variance.add(this.eps).sqrt());
      return normalized.mul(this.gamma).add(this.beta);
    });
  }

  [Symbol.dispose](): void {
    for (const tensor of [this.gamma, this.beta, this.runningMean, this.runningVar]) {
      tensor.dispose();
    }
  }

  #batchStatistics(x: Tensor): [mean: Tensor, variance: Tensor] {
    const mean = x.mean(0);
    const variance = x.var(0, { correction: 0 });
    noGrad(() => {
      const n = x.size(0);
      this.runningMean.lerp_(mean, this.momentum);
      // The averages are of the variance without bias.
      this.runningVar.lerp_(variance.mul(n / (n - 1)), this.momentum);
    });
    return [mean, variance];
  }
}
