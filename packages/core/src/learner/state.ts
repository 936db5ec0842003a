import type { Tensor } from '../tensor/tensor.js';
import type { Tensors } from './batch.js';
import type { Metric } from './metric.js';

/**
 * What callbacks are told of a fit, and can change by returning an {@link Update}. The tensors are
 * there from the event that sets them to the end of the batch; asking for one at another time
 * throws.
 */
export interface FitState {
  /** Epochs done; counts up after the epoch's end. */
  readonly epoch: number;
  /** Training batches done in this fit; counts up after the batch's end. */
  readonly iteration: number;
  /** Training batches done in this epoch. */
  readonly numBatch: number;
  /** At which epoch the fit ends. */
  readonly nEpochs: number;
  /** What is measured on the validation data. */
  readonly metrics: readonly Metric[];
  /** No validation at the end of the epochs. */
  readonly skipValidate: boolean;
  /** The model's inputs, from the batch's beginning; can be replaced there. */
  readonly lastInput: Tensors;
  /** What the output is compared with, from the batch's beginning; can be replaced there. */
  readonly lastTarget: Tensors;
  /** What the model gave, from the loss's beginning; can be replaced there. */
  readonly lastOutput: Tensors;
  /** The loss `[]`, from the backward's beginning; can be replaced there. */
  readonly lastLoss: Tensor;
  /** The training loss, smoothed over the batches of this fit; NaN before the first. */
  readonly smoothLoss: number;
  /** At the epoch's end: the validation loss, null without one, then the metrics' values. */
  readonly lastMetrics: readonly (number | null)[];
  /** Is the batch one of training? */
  readonly train: boolean;
  /** Set at an epoch's end: the fit is over. */
  readonly stopTraining: boolean;
  /** Set at a batch's end: the epoch's other batches are left out. */
  readonly stopEpoch: boolean;
  /** Set when backward has run: the optimiser makes no step. */
  readonly skipStep: boolean;
  /** Set at the step's end: the gradients stay and the next batch adds to them. */
  readonly skipZero: boolean;
  /** Set before backward runs: it does not. */
  readonly skipBwd: boolean;
}

/** New values for some of the state, or nothing. An unknown name is an error. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler may also be a function without result
export type Update = Partial<FitState> | undefined | void;

/** The state of one fit, as the training loop keeps it. */
export class LiveState implements FitState {
  epoch = 0;
  iteration = 0;
  numBatch = 0;
  nEpochs = 0;
  metrics: readonly Metric[] = [];
  skipValidate = false;
  smoothLoss = Number.NaN;
  lastMetrics: readonly (number | null)[] = [];
  train = false;
  stopTraining = false;
  stopEpoch = false;
  skipStep = false;
  skipZero = false;
  skipBwd = false;
  #lastInput: Tensors | undefined;
  #lastTarget: Tensors | undefined;
  #lastOutput: Tensors | undefined;
  #lastLoss: Tensor | undefined;

  get lastInput(): Tensors {
    return present('lastInput', this.#lastInput);
  }

  set lastInput(input: Tensors) {
    this.#lastInput = input;
  }

  get lastTarget(): Tensors {
    return present('lastTarget', this.#lastTarget);
  }

  set lastTarget(target: Tensors) {
    this.#lastTarget = target;
  }

  get lastOutput(): Tensors {
    return present('lastOutput', this.#lastOutput);
  }

  set lastOutput(output: Tensors) {
    this.#lastOutput = output;
  }

  get lastLoss(): Tensor {
    return present('lastLoss', this.#lastLoss);
  }

  set lastLoss(loss: Tensor) {
    this.#lastLoss = loss;
  }

  /** A new batch: no flag is set, and what the last one left is gone. */
  beginBatch(input: Tensors, target: Tensors, train: boolean): void {
    this.forgetTensors();
    this.#lastInput = input;
    this.#lastTarget = target;
    this.train = train;
    this.stopEpoch = false;
    this.skipStep = false;
    this.skipZero = false;
    this.skipBwd = false;
  }

  /** The batch's tensors are freed. */
  forgetTensors(): void {
    this.#lastInput = undefined;
    this.#lastTarget = undefined;
    this.#lastOutput = undefined;
    this.#lastLoss = undefined;
  }

  /**
   * Takes what a handler returned.
   * @param event names the handler in errors
   * @throws TypeError for anything but an object of known names
   */
  update(event: string, update: unknown): void {
    if (update === undefined || update === null) return;
    if (typeof update !== 'object') {
      throw new TypeError(`${event} must return an object of updates, got ${String(update)}`);
    }
    for (const [name, value] of Object.entries(update)) {
      if (!(name in this) || typeof Reflect.get(this, name) === 'function') {
        throw new TypeError(`${event} returned '${name}', which is not part of the fit's state`);
      }
      if (value !== undefined) Reflect.set(this, name, value);
    }
  }
}

function present<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`there is no ${name} at this time of the fit`);
  return value;
}
