import type { Tensor } from '../tensor/tensor.js';
import { instanceNorm } from './functional/normalization.js';
import { shapeText } from './shapes.js';
import { TrackedNorm, type TrackedNormOptions } from './trackedNorm.js';

export type InstanceNormOptions = TrackedNormOptions;

/** What instance normalisation has in common for all numbers of dimensions (Ulyanov et al. 2016). */
abstract class InstanceNorm extends TrackedNorm {
  constructor(numFeatures: number, options: InstanceNormOptions = {}) {
    super(numFeatures, options, { affine: false, trackRunningStats: false });
  }

  /** @throws RangeError for other channels than `numFeatures`, where the layer is affine */
  protected override forward(input: Tensor): Tensor {
    this.checkInput(input);
    const [unbatched] = this.inputDims;
    const withoutBatch = input.ndim === unbatched;
    this.checkFeatures(input, withoutBatch ? 0 : 1);
    const output = instanceNorm(withoutBatch ? input.unsqueeze(0) : input, {
      runningMean: this.runningMean,
      runningVar: this.runningVar,
      weight: this.weight,
      bias: this.bias,
      useInputStats: this.training || !this.trackRunningStats,
      momentum: this.momentum ?? 0,
      eps: this.eps,
    });
    return withoutBatch ? output.squeeze(0) : output;
  }

  private checkFeatures(input: Tensor, dim: number): void {
    if (input.size(dim) === this.numFeatures) return;
    const found = `dimension ${dim} of the input must have the ${this.numFeatures} features of the layer, got shape ${shapeText(input)}`;
    if (this.affine) throw new RangeError(`${this.constructor.name}: ${found}`);
    process.emitWarning(`${this.constructor.name}: ${found}. They are not used without affine.`);
  }
}

/** Normalises each channel of each signal, `[batch, features, length]` or without batch. */
export class InstanceNorm1d extends InstanceNorm {
  protected override get inputDims(): readonly [number, number] {
    return [2, 3];
  }
}

/** Normalises each channel of each image, `[batch, features, height, width]` or without batch. */
export class InstanceNorm2d extends InstanceNorm {
  protected override get inputDims(): readonly [number, number] {
    return [3, 4];
  }
}

/**
 * Normalises each channel of each volume, `[batch, features, depth, height, width]` or without
 * batch.
 */
export class InstanceNorm3d extends InstanceNorm {
  protected override get inputDims(): readonly [number, number] {
    return [4, 5];
  }
}
