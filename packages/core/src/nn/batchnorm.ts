import { noGrad } from '../autograd/gradMode.js';
import type { Tensor } from '../tensor/tensor.js';
import { batchNorm } from './functional/normalization.js';
import { TrackedNorm, type TrackedNormOptions } from './trackedNorm.js';

export type BatchNormOptions = TrackedNormOptions;

/**
 * What batch normalisation has in common for all numbers of dimensions (Ioffe and Szegedy 2015).
 * In training it normalises by the mean and the biased variance of the batch; the running variance
 * gathers the unbiased one.
 */
export abstract class BatchNorm extends TrackedNorm {
  constructor(numFeatures: number, options: BatchNormOptions = {}) {
    super(numFeatures, options, { affine: true, trackRunningStats: true });
  }

  protected override forward(input: Tensor): Tensor {
    this.checkInput(input);
    const { training, trackRunningStats, runningMean, runningVar } = this;
    const usesRunning = !training || trackRunningStats;
    return batchNorm(input, usesRunning ? runningMean : null, usesRunning ? runningVar : null, {
      weight: this.weight,
      bias: this.bias,
      training: training || (runningMean === null && runningVar === null),
      momentum: training && trackRunningStats ? this.countBatch() : (this.momentum ?? 0),
      eps: this.eps,
    });
  }

  /** @returns the weight of the new batch in the running statistics */
  private countBatch(): number {
    const counter = this.numBatchesTracked;
    if (counter === null) return this.momentum ?? 0;
    noGrad(() => counter.add_(1));
    return this.momentum ?? 1 / Number(counter.item());
  }
}

/** Normalises `[batch, features]` or `[batch, features, length]` per feature. */
export class BatchNorm1d extends BatchNorm {
  protected override get inputDims(): readonly [number, number] {
    return [2, 3];
  }
}

/** Normalises images, `[batch, features, height, width]`, per feature. */
export class BatchNorm2d extends BatchNorm {
  protected override get inputDims(): readonly [number, number] {
    return [4, 4];
  }
}

/** Normalises volumes, `[batch, features, depth, height, width]`, per feature. */
export class BatchNorm3d extends BatchNorm {
  protected override get inputDims(): readonly [number, number] {
    return [5, 5];
  }
}

/** Is it a {@link BatchNorm1d}, 2d or 3d? */
export function isBatchNorm(module: unknown): module is BatchNorm {
  return [BatchNorm1d, BatchNorm2d, BatchNorm3d].some((type) => module instanceof type);
}
