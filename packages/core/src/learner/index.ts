export { listify, type SupervisedBatch, type Tensors } from './batch.js';
export type { Callback, CallbackFn } from './callback.js';
export * from './callbacks/index.js';
export { DataBunch } from './dataBunch.js';
export type {
  DataBunchOptions,
  LabelInfo,
  LabelledDataset,
  NewDataBunchOptions,
  OneBatchOptions,
} from './dataBunchOptions.js';
export type { LoadingOptions } from './datasetLoaders.js';
export { DatasetType } from './datasetType.js';
export { type BatchTransform, DeviceBatches } from './deviceBatches.js';
export { BCEWithLogitsFlat, CrossEntropyFlat, MSELossFlat } from './flatLosses.js';
export type { LayerGroup, SplitPoints } from './layerGroups.js';
export { Learner } from './learner.js';
export { defaultLr, type LearningRate, type LrRange, lrRange } from './learningRates.js';
export { type LoadLearnerOptions, loadLearner } from './loadLearner.js';
export type { LossFunction } from './lossFunction.js';
export type { LrFindOptions } from './lrFinder.js';
export type { LrSuggestion } from './lrSuggestions.js';
export { AverageMetric, type Direction, type Metric, type MetricFunction } from './metric.js';
export * as metrics from './metrics/index.js';
export { type OneCycleOptions, OneCycleScheduler } from './oneCycle.js';
export {
  type AnyOptimizer,
  type OptimizerFactory,
  OptimWrapper,
  type WeightDecayOptions,
} from './optimWrapper.js';
export {
  type FitOptions,
  type LearnerOptions,
  learnerOptions,
  type ValidateOptions,
} from './options.js';
export type { PerGroup } from './perGroup.js';
export type { LoadOptions, SaveOptions } from './persistence.js';
export type { PredBatchOptions, Prediction, Predictions, PredictOptions } from './predictItem.js';
export type { GetPredsOptions, Preds, PredsAndLosses } from './predictions.js';
export {
  type EpochRow,
  ProgressCallback,
  type ProgressEvent,
  type ProgressListener,
  type ProgressOptions,
} from './progress/index.js';
export { Recorder } from './recorder.js';
export type { PlotLrFindOptions, PlotLrOptions, TrimOptions } from './recorderPlots.js';
export type { FitState, Update } from './state.js';
export { summary } from './summary.js';
export type { AugmentedLoaders, TtaOptions } from './tta.js';
export type { FitArgs, FitContext, FitFunction, FitPublished } from './worker/fitContext.js';
export { type FitInWorkerOptions, fitInWorker } from './worker/fitInWorker.js';
export { WorkerFitError } from './worker/fitThread.js';
