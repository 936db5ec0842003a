import type { CallbackFn } from '../callback.js';

/** What a function that is called in a worker by `fitInWorker` gets. */
export interface FitContext<Args = unknown, Published = unknown> {
  /** What the caller gave. Tensors in it share their data with the caller's. */
  readonly args: Args;
  /** Is aborted when the caller's signal is; for `learn.fit(…, { signal })`. */
  readonly signal: AbortSignal;
  /** Reports a learner's fits to the caller: `new Learner(…, { callbackFns: [progress] })`. */
  readonly progress: CallbackFn;
  /**
   * Sends an intermediate result to the caller. Tensors in it cross without a copy, so clone those
   * that go on changing, such as weights. They may be disposed of afterwards.
   * @throws TypeError for what cannot be cloned, TorchError for a tensor with autograd history
   */
  readonly publish: (value: Published) => void;
}

/** A function for `fitInWorker`. */
export type FitFunction = (context: never) => unknown;

/** What it wants as `args`. */
export type FitArgs<Fit extends FitFunction> =
  Parameters<Fit>[0] extends FitContext<infer Args, infer _> ? Args : unknown;

/** What it publishes. */
export type FitPublished<Fit extends FitFunction> =
  Parameters<Fit>[0] extends FitContext<infer _, infer Published> ? Published : unknown;
