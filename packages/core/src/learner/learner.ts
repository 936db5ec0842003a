import { checkSize } from '../nn/checks.js';
import type { AnyModule } from '../nn/module.js';
import { checkOptions } from '../tensor/options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { SupervisedBatch, Tensors } from './batch.js';
import type { Callback, CallbackFn } from './callback.js';
import { CallbackHandler } from './callbackHandler.js';
import { GradientClipping } from './callbacks/gradientClipping.js';
import { MixedPrecision, type MixedPrecisionOptions } from './callbacks/mixedPrecision.js';
import { MixUpCallback } from './callbacks/mixUp.js';
import { checkNotEmpty, type DataBunch } from './dataBunch.js';
import { exportLearner } from './exportLearner.js';
import { fitLoop, validation } from './fitLoop.js';
import { freezeGroups, type LayerGroup, type SplitPoints, splitModel } from './layerGroups.js';
import { defaultLr, type LearningRate, lrRange } from './learningRates.js';
import { computeLoss, type LossFunction } from './lossFunction.js';
import { type LrFindOptions, lrFind } from './lrFinder.js';
import { asMetric, type Metric, type MetricFunction } from './metric.js';
import { type OneCycleOptions, OneCycleScheduler } from './oneCycle.js';
import { defaultOptFunc, type OptimizerFactory, OptimWrapper } from './optimWrapper.js';
import {
  type FitOptions,
  fitOptions,
  type LearnerOptions,
  learnerOptions,
  type ValidateOptions,
  validateOptions,
} from './options.js';
import type { PerGroup } from './perGroup.js';
import { type LoadOptions, loadInto, type SaveOptions, saveLearner } from './persistence.js';
import {
  type PredBatchOptions,
  type Prediction,
  type Predictions,
  type PredictOptions,
  predBatch,
  predictItem,
  predictItems,
} from './predictItem.js';
import { type GetPredsOptions, getPreds, type Preds, type PredsAndLosses } from './predictions.js';
import { printedProgress } from './progress/printedProgress.js';
import { Recorder } from './recorder.js';
import { resetRecurrentState } from './recurrent.js';
import { summary } from './summary.js';
import { type TtaOptions, tta } from './tta.js';

/** Trains a model on data. */
export class Learner<Model extends AnyModule = AnyModule> implements Disposable {
  readonly model: Model;
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
  constructor(data: DataBunch, model: Model, options: LearnerOptions = {}) {
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
    this.#layerGroups = splitModel(model, options.layerGroups ?? []);
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
  split(on: SplitPoints | ((model: Model) => SplitPoints)): this {
    this.#layerGroups = splitModel(this.model, typeof on === 'function' ? on(this.model) : on);
    this.#opt?.dispose();
    this.#opt = undefined;
    return this;
  }

  /**
   * Freezes the layer groups before number `first`, but their batch norms where `trainBn`, and
   * trains the others. The optimiser is made anew. A negative number counts from the end.
   * @throws RangeError for a number that is not one of a layer group
   */
  freezeTo(first: number): void {
    resetRecurrentState(this.model);
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

  /**
   * From now on, scales the gradients before each step so that their total norm is at most `clip`.
   */
  clipGrad(clip = 0.1): this {
    this.callbackFns.push((learn) => new GradientClipping(learn, clip));
    return this;
  }

  /**
   * Trains and validates in float16 from now on, with float32 weights, see {@link MixedPrecision}.
   * @param options with `lossScale`, `dynamic`, `clip` and `maxScale` as fast.ai names them
   */
  toFp16(options: Omit<MixedPrecisionOptions, 'dtype'> = {}): this {
    return this.#withPrecision(new MixedPrecision(this, { ...options, dtype: 'float16' }));
  }

  /** The same in bfloat16, which needs no loss scale. */
  toBf16(options: Pick<MixedPrecisionOptions, 'clip'> = {}): this {
    return this.#withPrecision(new MixedPrecision(this, { ...options, dtype: 'bfloat16' }));
  }

  /** Trains and validates in float32 again. */
  toFp32(): this {
    return this.#withPrecision();
  }

  #withPrecision(...chosen: MixedPrecision[]): this {
    const others = this.callbacks.filter((callback) => !(callback instanceof MixedPrecision));
    this.callbacks = [...others, ...chosen];
    return this;
  }

  /** From now on, trains on mixtures of samples, see {@link MixUpCallback}. */
  mixup(alpha = 0.4): this {
    this.callbackFns.push((learn) => new MixUpCallback(learn, alpha));
    return this;
  }

  // --- training

  /**
   * Trains for some epochs, with a validation after each.
   * @param lr Default 3e-3 for the last layer group, a tenth for the others
   * @throws RangeError for training data without a batch
   * @throws the signal's reason when it is aborted, and what a callback throws
   */
  async fit(epochs: number, lr: LearningRate = defaultLr, options: FitOptions = {}): Promise<void> {
    checkOptions('fit', options, fitOptions);
    checkSize('fit', 'epochs', epochs);
    const { trainDl } = this.#data;
    const validDl = this.#data.validDl?.length === 0 ? undefined : this.#data.validDl;
    checkNotEmpty(trainDl);
    if (this.#isFitting) throw new Error('this learner is being fitted already');
    this.#isFitting = true;
    try {
      const { opt, model } = this;
      // Callbacks may exchange the loss when the fit begins.
      const lossFunc = (output: Tensors, ...targets: readonly Tensor[]) =>
        computeLoss(this.lossFunc, output, targets);
      opt.lr = this.lrRange(lr);
      opt.wd = options.wd ?? this.wd;
      this.#recorder = new Recorder(this);
      const shown = this.silent ? [] : [printedProgress(this)];
      const made = [this.#recorder, ...shown, ...this.callbackFns.map((make) => make(this))];
      const callbacks = [...this.callbacks, ...made, ...(options.callbacks ?? [])];
      const handler = new CallbackHandler(callbacks, this.metrics.map(asMetric));
      const { signal } = options;
      await fitLoop(epochs, { model, lossFunc, handler, opt, trainDl, validDl, signal });
    } finally {
      this.#isFitting = false;
    }
  }

  /**
   * Trains with one cycle of the learning rate and of the momentum, see {@link OneCycleScheduler}.
   * @param cycLen epochs
   * @param maxLr the highest rate. Default 3e-3 for the last layer group, a tenth for the others
   */
  async fitOneCycle(
    cycLen: number,
    maxLr: LearningRate = defaultLr,
    options: FitOptions & OneCycleOptions = {},
  ): Promise<void> {
    const { wd, callbacks = [], signal, ...cycle } = options;
    const highest = this.lrRange(maxLr);
    const scheduler = new OneCycleScheduler(this, highest, cycle);
    await this.fit(cycLen, highest, { wd, callbacks: [...callbacks, scheduler], signal });
  }

  /**
   * Trains batches with exponentially growing rates (Smith 2015), for `recorder` to show the loss
   * of each. Model and optimiser are then as before; nothing is validated.
   */
  async lrFind(options: LrFindOptions = {}): Promise<void> {
    await lrFind(this, options);
  }

  /**
   * Loss and metrics of data, by default of the validation data.
   * @returns the loss, then the metrics' values
   * @throws RangeError when there is no data
   */
  async validate(options: ValidateOptions = {}): Promise<readonly (number | null)[]> {
    checkOptions('validate', options, validateOptions);
    const { dl = this.#data.validDl, callbacks = [], metrics = this.metrics, signal } = options;
    if (dl === undefined || dl.length === 0) {
      throw new RangeError('there is no validation data');
    }
    const handler = new CallbackHandler([...this.callbacks, ...callbacks], metrics.map(asMetric));
    return validation(dl, { model: this.model, lossFunc: this.lossFunc, handler, signal });
  }

  // --- predictions

  /**
   * Predictions of a part of the data, by default of validation, without recording, on the CPU. The
   * model is then in evaluation mode.
   * @returns predictions, targets and, with `withLoss`, the loss of each sample, `[samples]`
   * @throws RangeError when there is no such part, or no batch
   */
  getPreds<Out extends Tensors = Tensor>(
    options?: GetPredsOptions & { readonly withLoss?: false },
  ): Promise<Preds<Out>>;
  getPreds<Out extends Tensors = Tensor>(
    options: GetPredsOptions & { readonly withLoss: true },
  ): Promise<PredsAndLosses<Out>>;
  getPreds<Out extends Tensors = Tensor>(
    options: GetPredsOptions = {},
  ): Promise<Preds<Out> | PredsAndLosses<Out>> {
    return getPreds(this, options);
  }

  /** Predictions of a batch, such as `data.oneBatch()` gives. The model stays in its mode. */
  predBatch(batch: SupervisedBatch, options: PredBatchOptions = {}): Tensors {
    return predBatch(this, batch, options);
  }

  /** What is predicted for an item, as `data.oneItem` takes it. The model stays in its mode. */
  predict(item: unknown, options: PredictOptions = {}): Prediction {
    checkOptions('predict', options, ['returnX']);
    return predictItem(this, item, options);
  }

  /** What is predicted for several items, in one batch: for servers. */
  predictItems(items: readonly unknown[]): Predictions {
    return predictItems(this, items);
  }

  /** As {@link predict}, several times, each with other activations dropped. Default 10 times. */
  predictWithMcDropout(item: unknown, nTimes = 10): Prediction[] {
    checkSize('predictWithMcDropout', 'nTimes', nTimes);
    return Array.from({ length: nTimes }, () => predictItem(this, item, { withDropout: true }));
  }

  /**
   * Predictions averaged over augmented samples (test-time augmentation):
   * `beta` plain + (1 - `beta`) mean of the augmented ones.
   * @returns predictions, targets and, with `withLoss`, the loss of each sample, `[samples]`
   * @throws TypeError when neither the options nor the data have augmented samples
   */
  tta(options?: TtaOptions & { readonly withLoss?: false }): Promise<Preds<Tensor>>;
  tta(options: TtaOptions & { readonly withLoss: true }): Promise<PredsAndLosses<Tensor>>;
  tta(options: TtaOptions = {}): Promise<Preds<Tensor> | PredsAndLosses<Tensor>> {
    return tta(this, options);
  }

  // --- files

  /**
   * Saves the model and the optimiser's state to `path/modelDir/name.safetensors`, which is
   * replaced at once or not at all. Python reads it too, see Note [State files].
   * @param options.withOpt the optimiser's state too. Default true
   * @returns the file's path
   */
  save(name: string, options: SaveOptions = {}): string {
    return saveLearner(this, name, options);
  }

  /**
   * Loads what {@link save} wrote. An optimiser's state that does not fit is a warning.
   * @throws StateDictError listing all that does not fit the model, which is then unchanged
   * @throws FileFormatError for another file
   */
  load(name: string, options: LoadOptions = {}): this {
    loadInto(this, name, options);
    return this;
  }

  /**
   * Writes to `path/file` what `loadLearner` makes a learner of that predicts as this one does: the
   * model, the loss, the settings and what the data need; no items and no optimiser's state. Code is
   * not exported, so a model with functions of its own is a warning: its loader must make it.
   * @param file Default 'export.safetensors'
   * @returns the file's path
   */
  export(file?: string): string {
    return exportLearner(this, file);
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
