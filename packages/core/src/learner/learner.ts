import type { AnyModule } from '../nn/module.js';
import { checkOptions } from '../tensor/options.js';
import type { Callback, CallbackFn } from './callback.js';
import { CallbackHandler } from './callbackHandler.js';
import type { DataBunch } from './dataBunch.js';
import { fitLoop } from './fitLoop.js';
import { freezeGroups, type LayerGroup, type SplitPoints, splitModel } from './layerGroups.js';
import { defaultLr, type LearningRate, lrRange } from './learningRates.js';
import type { LossFunction } from './lossFunction.js';
import { asMetric, type Metric, type MetricFunction } from './metric.js';
import {
  defaultOptFunc,
  type OptimizerFactory,
  OptimWrapper,
  type PerGroup,
} from './optimWrapper.js';
import { printedProgress } from './progress/printedProgress.js';
import { Recorder } from './recorder.js';
import { summary } from './summary.js';

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

const learnerOptions = [
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

const fitOptions = ['wd', 'callbacks', 'signal'] as const satisfies readonly (keyof FitOptions)[];

/** Trains a model on data. */
export class Learner implements Disposable {
  readonly model: AnyModule;
  optFunc: OptimizerFactory;
  metrics: readonly (Metric | MetricFunction)[];
  readonly trueWd: boolean;
  readonly bnWd: boolean;
  wd: number;
  trainBn: boolean;
  path: string;
  modelDir: string;
  callbackFns: CallbackFn[];
  callbacks: Callback[];
  addTime: boolean;
  silent: boolean;
  #data: DataBunch;
  #lossFunc: LossFunction | undefined;
  #layerGroups: readonly LayerGroup[];
  #opt: OptimWrapper | undefined;
  #recorder: Recorder;
  #isFitting = false;

  /**
   * Moves the model to the data's device.
   * @throws TypeError for an unknown option
   */
  constructor(data: DataBunch, model: AnyModule, options: LearnerOptions = {}) {
    checkOptions('Learner', options, learnerOptions);
    this.#data = data;
    this.model = model.to(data.device);
    this.optFunc = options.optFunc ?? defaultOptFunc;
    this.#lossFunc = options.lossFunc;
    this.metrics = options.metrics ?? [];
    this.trueWd = options.trueWd ?? true;
    this.bnWd = options.bnWd ?? true;
    this.wd = options.wd ?? 0.01;
    this.trainBn = options.trainBn ?? true;
    this.path = options.path ?? data.path;
    this.modelDir = options.modelDir ?? 'models';
    this.callbackFns = [...(options.callbackFns ?? [])];
    this.callbacks = [...(options.callbacks ?? [])];
    this.#layerGroups = options.layerGroups ?? splitModel(model, []);
    this.addTime = options.addTime ?? true;
    this.silent = options.silent ?? false;
    this.#recorder = new Recorder(this);
  }

  /** Can be exchanged at any time, such as for larger images. */
  get data(): DataBunch {
    return this.#data;
  }

  set data(data: DataBunch) {
    this.#data = data;
    this.model.to(data.device);
  }

  /** @throws TypeError when neither the learner nor its data has a loss */
  get lossFunc(): LossFunction {
    const lossFunc = this.#lossFunc ?? this.#data.lossFunc;
    if (lossFunc === undefined) {
      throw new TypeError('there is no loss: give the learner or its data a lossFunc');
    }
    return lossFunc;
  }

  set lossFunc(lossFunc: LossFunction) {
    this.#lossFunc = lossFunc;
  }

  /** What the current or last fit recorded. */
  get recorder(): Recorder {
    return this.#recorder;
  }

  // --- the optimiser

  /** Made when first asked for; it lasts over fits, until layers are frozen or unfrozen. */
  get opt(): OptimWrapper {
    this.#opt ??= new OptimWrapper(this.optFunc, this.#layerGroups, this);
    return this.#opt;
  }

  /** Frees the optimiser with its averages and makes a new one. */
  createOpt(lr: LearningRate = defaultLr, wd: PerGroup = 0): void {
    this.#opt?.dispose();
    this.#opt = undefined;
    this.opt.lr = this.lrRange(lr);
    this.opt.wd = wd;
  }

  /** The learning rates of this learner's layer groups, see {@link lrRange}. */
  lrRange(lr: LearningRate): PerGroup {
    return lrRange(lr, this.#layerGroups.length);
  }

  // --- layer groups

  get layerGroups(): readonly LayerGroup[] {
    return this.#layerGroups;
  }

  /**
   * Forms layer groups that begin at the given modules; the first also begins at the model's
   * start. The optimiser is made anew.
   * @param on modules in the model's order, groups of leaf modules, or a function that gives them
   * @throws RangeError for modules that are not in the model, or not in order
   */
  split(on: SplitPoints | ((model: AnyModule) => SplitPoints)): this {
    this.#layerGroups = splitModel(this.model, typeof on === 'function' ? on(this.model) : on);
    this.#opt?.dispose();
    this.#opt = undefined;
    return this;
  }

  /**
   * Freezes the layer groups before number `first`, but their batch norms where `trainBn`, and
   * trains the others. The optimiser is made anew. A negative number counts from the end.
   */
  freezeTo(first: number): void {
    freezeGroups(this.#layerGroups, first, this.trainBn);
    this.createOpt();
  }

  /**
   * Trains the last layer group only.
   * @throws RangeError with a single group
   */
  freeze(): void {
    if (this.#layerGroups.length < 2) {
      throw new RangeError('freeze needs at least two layer groups, got 1: split the model first');
    }
    this.freezeTo(-1);
  }

  /** Trains all layer groups. */
  unfreeze(): void {
    this.freezeTo(0);
  }

  // --- training

  /**
   * Trains for some epochs, with a validation after each.
   * @throws RangeError for training data without a batch
   * @throws the signal's reason when it is aborted, and what a callback throws
   */
  async fit(epochs: number, lr: LearningRate = defaultLr, options: FitOptions = {}): Promise<void> {
    checkOptions('fit', options, fitOptions);
    const { trainDl, validDl } = this.#data;
    if (this.#isFitting) throw new Error('this learner is being fitted already');
    this.#isFitting = true;
    try {
      const { opt, model, lossFunc } = this;
      opt.lr = this.lrRange(lr);
      opt.wd = options.wd ?? this.wd;
      const handler = this.#handler(options.callbacks ?? []);
      const { signal } = options;
      await fitLoop(epochs, { model, lossFunc, handler, opt, trainDl, validDl, signal });
    } finally {
      this.#isFitting = false;
    }
  }

  #handler(callbacks: readonly Callback[]): CallbackHandler {
    this.#recorder = new Recorder(this);
    const made = this.callbackFns.map((make) => make(this));
    const shown = this.silent ? [] : [printedProgress(this)];
    const all = [...this.callbacks, this.#recorder, ...shown, ...made, ...callbacks];
    return new CallbackHandler(all, this.metrics.map(asMetric));
  }

  // --- what it is

  /** Layers, number of parameters, optimiser, loss and callbacks, see {@link summary}. */
  summary(): Promise<string> {
    return summary(this);
  }

  /** Frees the optimiser's averages. The model stays. */
  dispose(): void {
    this.#opt?.dispose();
    this.#opt = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
