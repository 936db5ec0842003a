import type { BatchSource } from '../data/batches.js';
import type { SupervisedBatch } from './batch.js';
import type { Callback, CallbackFn } from './callback.js';
import type { LayerGroup } from './layerGroups.js';
import type { LossFunction } from './lossFunction.js';
import type { Metric, MetricFunction } from './metric.js';
import type { OptimizerFactory } from './optimWrapper.js';
import type { PerGroup } from './perGroup.js';

export interface LearnerOptions {
  /** Makes the optimiser. Default Adam with betas [0.9, 0.99] and eps 1e-8. */
  readonly optFunc?: OptimizerFactory;
  /** Default: that of the data. */
  readonly lossFunc?: LossFunction;
  readonly metrics?: readonly (Metric | MetricFunction)[];
  /** Weight decay that is decoupled from the gradients. Default true. */
  readonly trueWd?: boolean;
  /** Weight decay also of norm layers and biases. Default true. */
  readonly bnWd?: boolean;
  /** Weight decay. Default 0.01. */
  readonly wd?: number;
  /** Batch-norm layers are trained also where they are frozen. Default true. */
  readonly trainBn?: boolean;
  /** Folder of this learner's files. Default: that of the data. */
  readonly path?: string;
  /** Folder of models below `path`. Default 'models'. */
  readonly modelDir?: string;
  /** Make callbacks, anew for each fit. */
  readonly callbackFns?: readonly CallbackFn[];
  /** Callbacks of all fits. */
  readonly callbacks?: readonly Callback[];
  /** Default: one group with all leaf modules. */
  readonly layerGroups?: readonly LayerGroup[];
  /** A column with each epoch's time. Default true. */
  readonly addTime?: boolean;
  /** Prints nothing. Default false. */
  readonly silent?: boolean;
}

/** The names of {@link LearnerOptions}, for functions that pass them on. */
export const learnerOptions = [
  'optFunc',
  'lossFunc',
  'metrics',
  'trueWd',
  'bnWd',
  'wd',
  'trainBn',
  'path',
  'modelDir',
  'callbackFns',
  'callbacks',
  'layerGroups',
  'addTime',
  'silent',
] as const satisfies readonly (keyof LearnerOptions)[];

export interface FitOptions {
  /** Weight decay from now on, one number or one for each layer group. Default: the learner's. */
  readonly wd?: PerGroup;
  /** Callbacks of this fit. */
  readonly callbacks?: readonly Callback[];
  /**
   * Ends the fit between two batches. It then rejects with the signal's reason; model and
   * optimiser are as the last whole batch left them.
   */
  readonly signal?: AbortSignal;
}

export const fitOptions = [
  'wd',
  'callbacks',
  'signal',
] as const satisfies readonly (keyof FitOptions)[];

export interface ValidateOptions {
  /** Batches as the model takes them, such as `learn.data.trainDl`. Default: the validation data. */
  readonly dl?: BatchSource<SupervisedBatch>;
  readonly callbacks?: readonly Callback[];
  /** Default: the learner's. */
  readonly metrics?: readonly (Metric | MetricFunction)[];
  readonly signal?: AbortSignal;
}

export const validateOptions = [
  'dl',
  'callbacks',
  'metrics',
  'signal',
] as const satisfies readonly (keyof ValidateOptions)[];
