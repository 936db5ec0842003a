import { functions } from '../ops/install.js';
import { BatchNorm1d, BatchNorm2d, BatchNorm3d, type BatchNormOptions } from './batchnorm.js';
import {
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type InstanceNormOptions,
} from './instancenorm.js';
import { initializeAtFirstCall } from './lazy.js';
import { shapeText } from './shapes.js';
import type { TrackedNorm, TrackedNormOptions } from './trackedNorm.js';
import { UninitializedBuffer, UninitializedParameter } from './uninitialized.js';

/** A norm of no features, not affine and not tracked, becomes what `options` say at its first call. */
function beLazy(
  norm: TrackedNorm,
  plain: { readonly prototype: object },
  options: TrackedNormOptions,
): void {
  const { affine = true, bias = true, trackRunningStats = true, device, dtype } = options;
  const owner = norm.constructor.name;
  Object.assign(norm, { affine, trackRunningStats });
  if (affine) norm.weight = new UninitializedParameter({ device, dtype });
  if (affine && bias) norm.bias = new UninitializedParameter({ device, dtype });
  if (trackRunningStats) {
    norm.runningMean = new UninitializedBuffer({ device, dtype });
    norm.runningVar = new UninitializedBuffer({ device, dtype });
    norm.numBatchesTracked = functions.torch.zeros([], { device, dtype: 'int64' });
  }
  initializeAtFirstCall(norm, plain, (input) => {
    if (input.ndim < 2) {
      throw new RangeError(
        `${owner}: the input must have at least 2 dimensions, got shape ${shapeText(input)}`,
      );
    }
    const numFeatures = input.size(1);
    const shape = [numFeatures];
    return {
      sizes: { numFeatures },
      shapes: { weight: shape, bias: shape, runningMean: shape, runningVar: shape },
    };
  });
}

/** What a norm has to begin with, so that nothing is made that the first call replaces. */
function bare<Options extends TrackedNormOptions>(options: Options): Options {
  return { ...options, affine: false, trackRunningStats: false };
}

/** A {@link BatchNorm1d} that takes its `numFeatures` from the second dimension of its first input. */
export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(options: BatchNormOptions = {}) {
    super(0, bare(options));
    beLazy(this, BatchNorm1d, options);
  }
}

/** A {@link BatchNorm2d} that takes its `numFeatures` from the second dimension of its first input. */
export class LazyBatchNorm2d extends BatchNorm2d {
  constructor(options: BatchNormOptions = {}) {
    super(0, bare(options));
    beLazy(this, BatchNorm2d, options);
  }
}

/** A {@link BatchNorm3d} that takes its `numFeatures` from the second dimension of its first input. */
export class LazyBatchNorm3d extends BatchNorm3d {
  constructor(options: BatchNormOptions = {}) {
    super(0, bare(options));
    beLazy(this, BatchNorm3d, options);
  }
}

/**
 * An {@link InstanceNorm1d} that takes its `numFeatures` from the second dimension of its first
 * input, which must have a batch. As in PyTorch it is affine and tracks unless told otherwise.
 */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  constructor(options: InstanceNormOptions = {}) {
    super(0, bare(options));
    beLazy(this, InstanceNorm1d, options);
  }
}

/** {@link LazyInstanceNorm1d} of images. */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  constructor(options: InstanceNormOptions = {}) {
    super(0, bare(options));
    beLazy(this, InstanceNorm2d, options);
  }
}

/** {@link LazyInstanceNorm1d} of volumes. */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  constructor(options: InstanceNormOptions = {}) {
    super(0, bare(options));
    beLazy(this, InstanceNorm3d, options);
  }
}
