export { type AccumulateOptions, AccumulateScheduler } from './accumulateScheduler.js';
export { BnFreeze } from './bnFreeze.js';
export { CSVLogger, type CSVLoggerOptions } from './csvLogger.js';
export { EarlyStoppingCallback } from './earlyStopping.js';
export { GradientClipping } from './gradientClipping.js';
export { MixedPrecision, type MixedPrecisionOptions } from './mixedPrecision.js';
export { MixUpCallback } from './mixUp.js';
export type { PatienceOptions } from './patience.js';
export {
  ReduceLROnPlateauCallback,
  type ReduceLROnPlateauCallbackOptions,
} from './reduceLROnPlateau.js';
export { SaveModelCallback, type SaveModelOptions } from './saveModel.js';
export { StopAfterNBatches } from './stopAfterNBatches.js';
export { LearnerTensorboardWriter, type TensorboardOptions } from './tensorboardWriter.js';
export { TerminateOnNaNCallback } from './terminateOnNaN.js';
export { TrackEpochCallback, type TrackEpochOptions } from './trackEpoch.js';
export { TrackerCallback, type TrackerOptions } from './tracker.js';
