import type { Learner } from '../learner/learner.js';
import type { FitState } from '../learner/state.js';
import type { AnyModule } from '../nn/module.js';
import { functions } from '../ops/install.js';
import type { Plot } from '../plot/plot.js';
import { tensor } from '../tensor/create.js';
import { checkOptions } from '../tensor/options.js';
import { keep, tidy } from '../tensor/scope.js';
import { Tensor } from '../tensor/tensor.js';
import { histogramPlot, layerStatsPlot } from './activationPlots.js';
import { HookCallback, type HookCallbackOptions, hookCallbackOptions } from './hookCallback.js';

export interface ActivationStatsOptions extends HookCallbackOptions {
  /** Counts the activations in 40 bins from 0 to 10 too. Default false. */
  readonly withHist?: boolean;
}

/** Of one output: mean, standard deviation, share near zero, and the histogram's counts. */
type Stats = readonly [mean: number, std: number, nearZero: number, counts: readonly number[]];

const bins = 40;
const histEnd = 10;
const nearZeroEnd = 0.05;
const missing: Stats = [Number.NaN, Number.NaN, Number.NaN, new Array(bins).fill(Number.NaN)];

/**
 * Statistics of what layers give in each training batch. The tensors are there when a fit has
 * ended, until the next has or {@link dispose} frees them.
 */
export class ActivationStats extends HookCallback<Stats> {
  readonly withHist: boolean;
  #batches: Stats[][] = [];
  #stats: Tensor | null = null;
  #nearZero: Tensor | null = null;
  #hist: Tensor | null = null;

  constructor(learn: Learner, options: ActivationStatsOptions = {}) {
    checkOptions('ActivationStats', options, [...hookCallbackOptions, 'withHist']);
    const { withHist = false, ...hooked } = options;
    super(learn, hooked);
    this.withHist = withHist;
  }

  /** `[2, modules, training batches]`: mean and standard deviation (unbiased) of each output. */
  get stats(): Tensor | null {
    return this.#stats;
  }

  /** `[modules, training batches]`: the share of activations of at most 0.05. */
  get nearZero(): Tensor | null {
    return this.#nearZero;
  }

  /** `[modules, 40, training batches]`: activations in each bin; null unless asked for. */
  get hist(): Tensor | null {
    return this.#hist;
  }

  protected override hook(
    _module: AnyModule,
    _inputs: readonly unknown[],
    output: unknown,
  ): Stats | undefined {
    const first = firstTensor(output);
    if (!this.learn.model.training || first === undefined) return undefined;
    return tidy(() => {
      const values = first.float();
      return [
        Number(values.mean().item()),
        Number(values.std().item()),
        Number(values.le(nearZeroEnd).float().mean().item()),
        this.withHist ? countsOf(values) : [],
      ];
    });
  }

  override onTrainBegin(): void {
    super.onTrainBegin();
    this.#batches = [];
  }

  onBatchEnd({ train }: FitState): void {
    if (!train || this.hooks === undefined) return;
    this.#batches.push(this.hooks.stored.map((stored) => stored ?? missing));
    this.hooks.clear();
  }

  override onTrainEnd(): void {
    super.onTrainEnd();
    this.dispose();
    if (this.#batches.length === 0) return;
    this.#stats = this.#collect(([mean, std]) => [mean, std], [2, 0, 1]);
    this.#nearZero = this.#collect(([, , nearZero]) => nearZero, [0, 1]);
    if (this.withHist) this.#hist = this.#collect(([, , , counts]) => counts, [0, 2, 1]);
    this.#batches = [];
  }

  /** A tensor `[modules, batches, …]`, with its dimensions in another order. */
  #collect(pick: (stats: Stats) => number | readonly number[], order: readonly number[]): Tensor {
    const rows = this.modules.map((_, i) => this.#batches.map((batch) => pick(batch[i] as Stats)));
    return keep(
      tidy(() =>
        tensor(rows as number[][])
          .permute(order)
          .contiguous(),
      ),
    );
  }

  /**
   * Mean, standard deviation and share near zero of a module's output by training batch.
   * @param index of the module, from the end where it is negative
   * @throws RangeError when there is no such module, or no fit has ended
   */
  plotLayerStats(index: number): Plot {
    const [stats, nearZero] = [this.#stats, this.#nearZero];
    if (stats === null || nearZero === null) throw noStats('statistics');
    const layer = this.#place(index);
    return tidy(() => {
      const [mean, std] = stats.select(1, layer).toArray() as number[][];
      const share = nearZero.select(0, layer).toArray() as number[];
      return layerStatsPlot(this.#nameOf(layer), mean as number[], std as number[], share);
    });
  }

  /** The histograms of a module's output as colours, a column for each training batch. */
  colorDim(index: number): Plot {
    const hist = this.#hist;
    if (hist === null) throw noStats('histograms, see withHist');
    const layer = this.#place(index);
    return tidy(() =>
      histogramPlot(
        this.#nameOf(layer),
        hist.select(0, layer).toArray() as number[][],
        histEnd / bins,
      ),
    );
  }

  #place(index: number): number {
    const place = index < 0 ? this.modules.length + index : index;
    if (this.modules[place] !== undefined) return place;
    throw new RangeError(`there is no module ${index} among ${this.modules.length}`);
  }

  /** `Conv2d 0`: its class, and its place. */
  #nameOf(place: number): string {
    return `${this.modules[place]?.constructor.name} ${place}`;
  }

  /** Frees the tensors. */
  dispose(): void {
    for (const part of [this.#stats, this.#nearZero, this.#hist]) part?.dispose();
    this.#stats = null;
    this.#nearZero = null;
    this.#hist = null;
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.dispose();
  }
}

function noStats(what: string): RangeError {
  return new RangeError(`there are no ${what}: they are there when a fit has ended`);
}

function countsOf(values: Tensor): readonly number[] {
  return functions.torch.histc(values, bins, 0, histEnd).toArray() as number[];
}

function firstTensor(output: unknown): Tensor | undefined {
  if (output instanceof Tensor) return output;
  return Array.isArray(output) ? output.map(firstTensor).find((found) => found) : undefined;
}
