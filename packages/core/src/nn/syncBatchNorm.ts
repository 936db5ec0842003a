import { BatchNorm } from './batchnorm.js';
import { type AnyModule, Module } from './module.js';

/**
 * Batch normalisation of `[batch, features, *]` by the statistics of all processes that train
 * together. Here one process trains alone, so that it is batch normalisation for inputs of any
 * number of dimensions; state dictionaries are those of `BatchNorm2d`.
 */
export class SyncBatchNorm extends BatchNorm {
  protected override get inputDims(): readonly [number, number] {
    return [2, Number.POSITIVE_INFINITY];
  }

  /**
   * Puts a {@link SyncBatchNorm} in the place of every batch normalisation below `module`. It takes
   * over the parameters and buffers.
   * @returns `module`; where it is itself a batch normalisation, its replacement
   */
  static convertSyncBatchnorm(module: AnyModule): AnyModule {
    for (const [name, child] of Object.entries(module)) {
      if (child instanceof Module)
        module.addModule(name, SyncBatchNorm.convertSyncBatchnorm(child));
    }
    if (!(module instanceof BatchNorm)) return module;
    const bare = { affine: false, trackRunningStats: false };
    return Object.assign(new SyncBatchNorm(module.numFeatures, bare), module);
  }
}
