import { toPythonName } from '../../nn/names.js';
import { checkOptions } from '../../tensor/options.js';
import type { Callback } from '../callback.js';
import type { Learner } from '../learner.js';
import type { Direction, Metric } from '../metric.js';
import type { FitState } from '../state.js';

export interface TrackerOptions {
  /**
   * 'valid_loss', 'train_loss' or the name of a metric of the fit, as it is printed or in
   * camelCase. Default 'valid_loss'.
   */
  monitor?: string;
  /**
   * Whether a smaller value is better or a larger one. With 'auto', the default, that is what the
   * metric declares; of others, what has `loss` or `error` in its name is to be small.
   */
  mode?: 'auto' | Direction;
}

const trackerOptions: readonly string[] = ['monitor', 'mode'] satisfies (keyof TrackerOptions)[];

/** Keeps the best value of what it monitors; the base of callbacks that act upon it. */
export abstract class TrackerCallback implements Callback {
  readonly learn: Learner;
  /** As it is printed: `valid_loss`. */
  readonly monitor: string;
  readonly mode: 'auto' | Direction;
  #direction: Direction = 'min';
  #best = Number.POSITIVE_INFINITY;

  /**
   * @param further names of options that the subclass has
   * @throws RangeError for an unknown mode
   */
  constructor(learn: Learner, options: TrackerOptions, further: readonly string[]) {
    const name = new.target.name;
    checkOptions(name, options, [...trackerOptions, ...further]);
    const { monitor = 'valid_loss', mode = 'auto' } = options;
    if (mode !== 'auto' && mode !== 'min' && mode !== 'max') {
      throw new RangeError(`${name}: mode must be auto, min or max, got '${mode}'`);
    }
    this.learn = learn;
    this.monitor = toPythonName(monitor);
    this.mode = mode;
  }

  /** The best value of this fit, ±Infinity before the first. */
  get best(): number {
    return this.#best;
  }

  /**
   * @throws RangeError when the fit has nothing of the monitored name, or when it is unknown which
   * values of it are better
   */
  onTrainBegin({ metrics }: FitState): void {
    this.#direction = this.#findDirection(metrics);
    this.#best = this.#direction === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** What the epoch gave; null without validation. */
  protected monitored(): number | null {
    const { recorder } = this.learn;
    if (this.monitor === 'train_loss') return recorder.losses.at(-1) ?? null;
    if (this.monitor === 'valid_loss') return recorder.valLosses.at(-1) ?? null;
    return recorder.metrics.at(-1)?.[recorder.metricNames.indexOf(this.monitor)] ?? null;
  }

  /** Takes a value as the best one if it is better by more than `minDelta`. */
  protected improves(value: number, minDelta = 0): boolean {
    const isBetter =
      this.#direction === 'min' ? value + minDelta < this.#best : value - minDelta > this.#best;
    if (isBetter) this.#best = value;
    return isBetter;
  }

  #findDirection(metrics: readonly Metric[]): Direction {
    const { monitor, mode } = this;
    const losses = ['train_loss', 'valid_loss'];
    const metric = metrics.find(({ name }) => name === monitor);
    if (metric === undefined && !losses.includes(monitor)) {
      const known = [...losses, ...metrics.map(({ name }) => name)];
      throw new RangeError(
        `${this.constructor.name} monitors '${monitor}'; this fit has ${known.join(', ')}`,
      );
    }
    if (mode !== 'auto') return mode;
    if (metric?.direction !== undefined) return metric.direction;
    if (/loss|error/.test(monitor)) return 'min';
    throw new RangeError(
      `${this.constructor.name}: is a smaller '${monitor}' better, or a larger one? ` +
        `Give the mode 'min' or 'max', or declare the metric's direction`,
    );
  }
}
