import * as cuda from '../cuda.js';
import type { BatchSource } from '../data/batches.js';
import type { Device } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import type { SupervisedBatch } from './batch.js';
import { type BatchTransform, DeviceBatches } from './deviceBatches.js';
import type { LossFunction } from './lossFunction.js';

type Source = BatchSource<SupervisedBatch>;

export interface DataBunchOptions {
  /** Batches to predict, whose targets say nothing. */
  readonly testDl?: Source;
  /** The training samples as those of validation are: in order and without augmentation. */
  readonly fixDl?: Source;
  /** Where batches are moved to. Default: the GPU where there is one. */
  readonly device?: Device;
  /** The folder that files of models and histories are written to. Default the current one. */
  readonly path?: string;
  /** What all batches go through once they are on their device. */
  readonly tfms?: readonly BatchTransform[];
  /** What such targets are trained with, unless the learner is given another loss. */
  readonly lossFunc?: LossFunction;
}

/** The data that a model is trained, validated and tested on. */
export class DataBunch {
  readonly trainDl: DeviceBatches;
  readonly validDl: DeviceBatches | undefined;
  readonly testDl: DeviceBatches | undefined;
  readonly fixDl: DeviceBatches | undefined;
  readonly device: Device;
  readonly path: string;
  readonly lossFunc: LossFunction | undefined;

  /** @param validDl null to do without validation */
  constructor(trainDl: Source, validDl: Source | null, options: DataBunchOptions = {}) {
    checkOptions('DataBunch', options, ['testDl', 'fixDl', 'device', 'path', 'tfms', 'lossFunc']);
    const { device = cuda.isAvailable() ? 'cuda' : 'cpu', path = '.', tfms = [] } = options;
    const onDevice = (source: Source) => new DeviceBatches(source, device, tfms);
    this.trainDl = onDevice(trainDl);
    this.validDl = validDl === null ? undefined : onDevice(validDl);
    this.testDl = options.testDl && onDevice(options.testDl);
    this.fixDl = options.fixDl && onDevice(options.fixDl);
    this.device = device;
    this.path = path;
    this.lossFunc = options.lossFunc;
  }
}
