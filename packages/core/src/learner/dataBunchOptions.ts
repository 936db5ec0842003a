import type { BatchSource } from '../data/batches.js';
import type { AnyDataset } from '../data/dataset.js';
import type { Device } from '../tensor/dtype.js';
import type { SupervisedBatch, Tensors } from './batch.js';
import type { LoadingOptions, ResizableLoaders } from './datasetLoaders.js';
import type { BatchTransform } from './deviceBatches.js';
import type { LossFunction } from './lossFunction.js';

type Source = BatchSource<SupervisedBatch>;

/** A dataset whose items are `[x, y]`; it may say what its targets are trained with. */
export type LabelledDataset = AnyDataset<unknown> & LabelInfo;

/** What follows from the kind of target. */
export interface LabelInfo {
  /** Trains such targets, unless the learner is given another loss. */
  readonly lossFunc?: LossFunction;
  /** Makes predictions of the model's output: the softmax of class scores, for instance. */
  readonly activation?: (output: Tensors) => Tensors;
}

interface SharedOptions extends LabelInfo {
  /** Where batches are moved to. Default: the GPU where there is one. */
  readonly device?: Device;
  /** The folder that files of models and histories are written to. Default the current one. */
  readonly path?: string;
  /** What all batches go through once they are on their device. */
  readonly tfms?: readonly BatchTransform[];
}

export interface DataBunchOptions extends SharedOptions {
  /** Batches to predict, whose targets say nothing. */
  readonly testDl?: Source | null;
  /** The training samples as those of validation are: in order and without augmentation. */
  readonly fixDl?: Source | null;
  /** Of training, with `resize`. */
  readonly batchSize?: number;
  /** Makes the batches of all parts for another batch size, see {@link datasetLoaders}. */
  readonly resize?: ResizableLoaders['resize'];
}

export const dataBunchOptions = [
  'lossFunc',
  'activation',
  'device',
  'path',
  'tfms',
  'testDl',
  'fixDl',
  'batchSize',
  'resize',
] as const satisfies readonly (keyof DataBunchOptions)[];

/** What {@link DataBunch.create} takes. */
export interface NewDataBunchOptions extends SharedOptions, LoadingOptions {
  /** Samples to predict. */
  readonly testDs?: LabelledDataset;
  /** The training samples without augmentation. Default: the training set. */
  readonly fixDs?: LabelledDataset;
}

/** How a batch is given; the defaults are those of `oneBatch`, of `oneItem` both are false. */
export interface OneBatchOptions {
  /** Undoes the normalisation of the inputs, where there is one. Default true. */
  readonly denorm?: boolean;
  /** Moves the batch to the CPU. Default true. */
  readonly cpu?: boolean;
}

export const oneBatchOptions = [
  'denorm',
  'cpu',
] as const satisfies readonly (keyof OneBatchOptions)[];
