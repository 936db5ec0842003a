import type { Learner } from './learner.js';
import type { FitState, Update } from './state.js';

/**
 * What runs at the events of a fit. Any object with some of the handlers is a callback. What a
 * handler returns changes the state for those that come after it.
 *
 * Handlers within a batch are synchronous and run in the batch's scope: a tensor that shall outlive
 * it must be kept. The others may be async.
 */
export interface Callback {
  /**
   * Callbacks run in ascending order, those of equal order as they were given. Default 0. The
   * losses' trackers have -20, the recorder -10, mixed precision 999.
   */
  readonly order?: number;
  onTrainBegin?(state: FitState): Update | Promise<Update>;
  onEpochBegin?(state: FitState): Update | Promise<Update>;
  /** Before the model runs; may replace lastInput and lastTarget. */
  onBatchBegin?(state: FitState): Update;
  /** After the model has run; may replace lastOutput. */
  onLossBegin?(state: FitState): Update;
  /** Training only, after the loss is computed; may replace lastLoss and set skipBwd. */
  onBackwardBegin?(state: FitState): Update;
  /** Training only, when the gradients are there; may set skipStep. */
  onBackwardEnd?(state: FitState): Update;
  /** Training only, after the optimiser's step; may set skipZero. */
  onStepEnd?(state: FitState): Update;
  /** May set stopEpoch. */
  onBatchEnd?(state: FitState): Update;
  /** After the validation; may set stopTraining. */
  onEpochEnd?(state: FitState): Update | Promise<Update>;
  /** Always runs. @param error what ended the fit early */
  onTrainEnd?(state: FitState, error?: unknown): void | Promise<void>;
  /** The fit begins at this epoch. */
  jumpToEpoch?(epoch: number): void;
}

/** Makes a callback for a learner, anew for each fit. */
export type CallbackFn = (learn: Learner) => Callback;

/** Events within a batch. */
export type BatchEvent =
  | 'onBatchBegin'
  | 'onLossBegin'
  | 'onBackwardBegin'
  | 'onBackwardEnd'
  | 'onStepEnd'
  | 'onBatchEnd';

/** Events between batches. */
export type FitEvent = 'onTrainBegin' | 'onEpochBegin' | 'onEpochEnd';
