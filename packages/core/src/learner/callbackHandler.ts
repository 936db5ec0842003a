import { noGrad } from '../autograd/gradMode.js';
import type { Tensor } from '../tensor/tensor.js';
import { listify, type Tensors } from './batch.js';
import type { BatchEvent, Callback, FitEvent } from './callback.js';
import type { Metric } from './metric.js';
import { SmoothedValue } from './smoothing.js';
import { LiveState } from './state.js';

const batchEvents: readonly BatchEvent[] = [
  'onBatchBegin',
  'onLossBegin',
  'onBackwardBegin',
  'onBackwardEnd',
  'onStepEnd',
  'onBatchEnd',
];

/** Weight of the past in the smoothed training loss, as in fast.ai. */
const lossMemory = 0.98;

/** Tells callbacks and metrics what happens in one fit, and keeps its state. */
export class CallbackHandler {
  readonly state = new LiveState();
  readonly #callbacks: readonly Callback[];
  /** Most callbacks have few handlers: who hears what is found once. */
  readonly #listeners: Readonly<Record<BatchEvent, readonly Callback[]>>;
  readonly #metrics: readonly Metric[];
  readonly #smoothed = new SmoothedValue(lossMemory);

  constructor(callbacks: readonly Callback[], metrics: readonly Metric[]) {
    this.#callbacks = callbacks.toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0));
    this.#metrics = metrics;
    const listeners = batchEvents.map((event) => [
      event,
      this.#callbacks.filter((callback) => callback[event] !== undefined),
    ]);
    this.#listeners = Object.fromEntries(listeners);
  }

  async trainBegin(nEpochs: number): Promise<void> {
    const { state } = this;
    state.nEpochs = nEpochs;
    state.metrics = this.#metrics;
    await this.#tell('onTrainBegin');
    if (state.epoch === 0) return;
    for (const callback of this.#callbacks) callback.jumpToEpoch?.(state.epoch);
  }

  async epochBegin(): Promise<void> {
    this.state.numBatch = 0;
    this.state.stopTraining = false;
    for (const metric of this.#metrics) metric.reset();
    await this.#tell('onEpochBegin');
  }

  batchBegin(input: Tensors, target: Tensors, train: boolean): void {
    this.state.beginBatch(input, target, train);
    this.#tellInBatch('onBatchBegin');
  }

  lossBegin(output: Tensors): void {
    this.state.lastOutput = output;
    this.#tellInBatch('onLossBegin');
  }

  backwardBegin(loss: Tensor): void {
    this.state.lastLoss = loss;
    this.state.smoothLoss = this.#smoothed.add(Number(loss.item()));
    this.#tellInBatch('onBackwardBegin');
  }

  backwardEnd(): void {
    this.#tellInBatch('onBackwardEnd');
  }

  stepEnd(): void {
    this.#tellInBatch('onStepEnd');
  }

  /** Metrics see the batches of the validation before the callbacks do. */
  batchEnd(loss: Tensor): void {
    const { state } = this;
    state.lastLoss = loss;
    if (!state.train) {
      const targets = listify(state.lastTarget);
      for (const metric of this.#metrics) {
        noGrad(() => metric.accumulate(state.lastOutput as Tensor, ...targets));
      }
    }
    this.#tellInBatch('onBatchEnd');
    if (state.train) {
      state.iteration++;
      state.numBatch++;
    }
  }

  /** @param validLoss null where there was no validation */
  async epochEnd(validLoss: number | null): Promise<void> {
    const values = validLoss === null ? [] : this.#metrics.map((metric) => metric.value());
    this.state.lastMetrics = [validLoss, ...values];
    await this.#tell('onEpochEnd');
    this.state.epoch++;
  }

  /**
   * Every callback hears of the end, also when one before it throws.
   * @throws what the first of them threw
   */
  async trainEnd(error?: unknown): Promise<void> {
    const failures: unknown[] = [];
    for (const callback of this.#callbacks) {
      try {
        await callback.onTrainEnd?.(this.state, error);
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  async #tell(event: FitEvent): Promise<void> {
    for (const callback of this.#callbacks) {
      this.state.update(event, await callback[event]?.(this.state));
    }
  }

  #tellInBatch(event: BatchEvent): void {
    for (const callback of this.#listeners[event]) {
      const update: unknown = callback[event]?.(this.state);
      if (update instanceof Promise) {
        update.catch(() => {});
        throw new TypeError(`${event} must be synchronous: the batch is freed when it returns`);
      }
      this.state.update(event, update);
    }
  }
}
