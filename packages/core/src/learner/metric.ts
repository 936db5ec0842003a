import { inspect } from 'node:util';
import { toPythonName } from '../nn/names.js';
import { Tensor } from '../tensor/tensor.js';

/** Is a smaller value better, or a larger one? */
export type Direction = 'min' | 'max';

/** A number that says how good predictions are, measured over the validation data. */
export interface Metric {
  /** As it is printed: `exp_rmspe`. */
  readonly name: string;
  /** Undefined where it is not known; who needs it must then be told. */
  readonly direction?: Direction;
  /** Begins anew. */
  reset(): void;
  /** Takes a batch. It runs without recording, in the batch's scope. */
  accumulate(pred: Tensor, ...targets: readonly Tensor[]): void;
  /** Over the batches since the last {@link reset}; NaN without any. */
  value(): number;
}

/**
 * A metric of one batch; its value over the data is the average, weighted by the batches' lengths,
 * as in fast.ai v1. It is printed under the function's name, in Python's spelling.
 */
export interface MetricFunction {
  (pred: Tensor, target: Tensor, ...more: readonly Tensor[]): Tensor | number;
  readonly direction?: Direction;
}

/** The average of a function of each batch, weighted by the batches' lengths. */
export class AverageMetric implements Metric {
  readonly name: string;
  readonly direction: Direction | undefined;
  readonly #fn: MetricFunction;
  #sum = 0;
  #count = 0;

  /** @throws TypeError for a function without a name */
  constructor(fn: MetricFunction, name: string = toPythonName(fn.name)) {
    if (name === '') throw new TypeError('a metric is a function with a name, got one without');
    this.#fn = fn;
    this.name = name;
    this.direction = fn.direction;
  }

  reset(): void {
    this.#sum = 0;
    this.#count = 0;
  }

  accumulate(pred: Tensor, ...targets: readonly [Tensor, ...Tensor[]]): void {
    const value = this.#fn(pred, ...targets);
    const count = targets[0].size(0);
    this.#sum += count * Number(value instanceof Tensor ? value.item() : value);
    this.#count += count;
  }

  value(): number {
    return this.#sum / this.#count;
  }
}

/** A function as a metric. @throws TypeError for what is neither a function nor a metric */
export function asMetric(metric: Metric | MetricFunction): Metric {
  if (typeof metric === 'function') return new AverageMetric(metric);
  if (typeof (metric as Partial<Metric> | null)?.accumulate === 'function') return metric;
  throw new TypeError(`a metric is a function or a Metric, got ${inspect(metric)}`);
}
