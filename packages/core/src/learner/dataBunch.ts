import { inspect } from 'node:util';
import * as cuda from '../cuda.js';
import type { BatchSource } from '../data/batches.js';
import { defaultCollate } from '../data/collate.js';
import { DataLoader } from '../data/dataLoader.js';
import { lengthOf } from '../data/dataset.js';
import type { Device } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { SupervisedBatch, Tensors } from './batch.js';
import {
  type DataBunchOptions,
  dataBunchOptions,
  type LabelInfo,
  type LabelledDataset,
  type NewDataBunchOptions,
  type OneBatchOptions,
  oneBatchOptions,
} from './dataBunchOptions.js';
import { datasetLoaders, type ResizableLoaders } from './datasetLoaders.js';
import { DatasetType } from './datasetType.js';
import { type BatchTransform, DeviceBatches, moveTo } from './deviceBatches.js';
import type { LossFunction } from './lossFunction.js';
import type { AugmentedLoaders } from './tta.js';

type Source = BatchSource<SupervisedBatch>;

const parts = ['trainDl', 'validDl', 'testDl', 'fixDl'] as const;

/**
 * The data that a model is trained, validated and tested on: batches `[x, y]`, moved to the device.
 * A subclass for a kind of data overrides what depends on the kind: {@link sampleOf} or {@link batchOf},
 * {@link denorm} and {@link exportState}.
 */
export class DataBunch implements LabelInfo {
  readonly trainDl: DeviceBatches;
  readonly validDl: DeviceBatches | undefined;
  readonly testDl: DeviceBatches | undefined;
  readonly fixDl: DeviceBatches | undefined;
  readonly device: Device;
  readonly path: string;
  readonly lossFunc: LossFunction | undefined;
  readonly activation: LabelInfo['activation'];
  #batchSize: number | undefined;
  #resize: ResizableLoaders['resize'] | undefined;

  /** @param validDl null to do without validation */
  constructor(trainDl: Source, validDl: Source | null, options: DataBunchOptions = {}) {
    checkOptions('DataBunch', options, dataBunchOptions);
    const { device = cuda.isAvailable() ? 'cuda' : 'cpu', path = '.', tfms = [] } = options;
    const onDevice = (source: Source | null | undefined) =>
      source ? new DeviceBatches(source, device, tfms) : undefined;
    this.trainDl = new DeviceBatches(trainDl, device, tfms);
    this.validDl = onDevice(validDl);
    this.testDl = onDevice(options.testDl);
    this.fixDl = onDevice(options.fixDl);
    this.device = device;
    this.path = path;
    this.lossFunc = options.lossFunc;
    this.activation = options.activation;
    this.#batchSize = options.batchSize;
    this.#resize = options.resize;
  }

  /**
   * Batches of datasets: those of training in a random order, without a last smaller one; all
   * others in order. What kind of target it is, the training set says.
   * @param validDs null to do without validation
   */
  static create(
    trainDs: LabelledDataset,
    validDs: LabelledDataset | null,
    options: NewDataBunchOptions = {},
  ): DataBunch {
    const { testDs: test = null, fixDs: fix = trainDs, device, path, tfms, ...rest } = options;
    const { lossFunc = trainDs.lossFunc, activation = trainDs.activation, ...loading } = rest;
    const datasets = { train: trainDs, valid: validDs, test, fix };
    const { trainDl, validDl, ...more } = datasetLoaders(datasets, loading);
    const shared = { lossFunc, activation, device, path, tfms };
    return new DataBunch(trainDl, validDl, { ...more, ...shared });
  }

  /** Of training; undefined where the batches were given ready. Setting it is for all parts. */
  get batchSize(): number | undefined {
    return this.#batchSize;
  }

  /** @throws TypeError where the batches were given ready */
  set batchSize(batchSize: number) {
    if (this.#resize === undefined) {
      throw new TypeError('the batch size cannot be set: the batches were given ready');
    }
    const made = this.#resize(batchSize);
    this.#batchSize = batchSize;
    for (const part of parts) {
      const source = made[part];
      if (source) (this[part] as DeviceBatches).source = source;
    }
  }

  /**
   * The batches of a part.
   * @throws RangeError where there is no such part
   */
  dl(type: DatasetType): DeviceBatches {
    const part = type === DatasetType.Single ? undefined : this[`${type}Dl`];
    if (part === undefined) throw new RangeError(`there is no ${inspect(type)} data`);
    return part;
  }

  /** Adds a transform of the batches of all parts. */
  addTfm(tfm: BatchTransform): void {
    for (const part of parts) this[part]?.tfms.push(tfm);
  }

  /** Removes a transform from all parts. Does nothing where it is not. */
  removeTfm(tfm: BatchTransform): void {
    for (const part of parts) {
      const tfms = this[part]?.tfms ?? [];
      if (tfms.includes(tfm)) tfms.splice(tfms.indexOf(tfm), 1);
    }
  }

  /** The first batch of a part, as people look at it. */
  async oneBatch(
    type: DatasetType = DatasetType.Train,
    options: OneBatchOptions = {},
  ): Promise<SupervisedBatch> {
    checkOptions('oneBatch', options, oneBatchOptions);
    const { denorm = true, cpu = true } = options;
    const iterator = this.dl(type).batches();
    try {
      if (!(await iterator.ready())) throw new RangeError(`the ${type} data has no batch`);
      return tidy(() => this.#shown(iterator.take(), { denorm, cpu }));
    } finally {
      await iterator.close();
    }
  }

  /**
   * A batch of one item, processed as validation data is. By default it is as the model takes it:
   * on the device, and normalised.
   */
  oneItem(item: unknown, options: OneBatchOptions = {}): SupervisedBatch {
    return this.itemBatch([item], options);
  }

  /**
   * The same of several items.
   * @throws RangeError for no items
   */
  itemBatch(items: readonly unknown[], options: OneBatchOptions = {}): SupervisedBatch {
    checkOptions('oneItem', options, oneBatchOptions);
    const { denorm = false, cpu = false } = options;
    if (items.length === 0) throw new RangeError('there are no items to predict');
    const dl = this.validDl ?? this.trainDl;
    return tidy(() => this.#shown(dl.process(this.batchOf(items)), { denorm, cpu }));
  }

  #shown([x, y]: SupervisedBatch, { denorm, cpu }: Required<OneBatchOptions>): SupervisedBatch {
    const shown = denorm ? this.denorm(x) : x;
    return cpu ? [moveTo('cpu', shown), moveTo('cpu', y)] : [shown, y];
  }

  /** Items as a batch that is on the CPU still; here their samples are collated. */
  protected batchOf(items: readonly unknown[]): SupervisedBatch {
    return defaultCollate(items.map((item) => this.sampleOf(item))) as unknown as SupervisedBatch;
  }

  /** An item as the datasets' samples are, `[x, y]`; here the item is x and y says nothing. */
  protected sampleOf(item: unknown): readonly [x: unknown, y: unknown] {
    return [item, 0n];
  }

  /** Inputs before they were normalised; here nothing is. */
  denorm(x: Tensors): Tensors {
    return x;
  }

  /** What class numbers stand for; undefined where the targets are no classes. */
  get classes(): readonly unknown[] | undefined {
    return undefined;
  }

  /** Augmented samples for `Learner.tta`; undefined where there are none. */
  get augmented(): AugmentedLoaders | undefined {
    return undefined;
  }

  /** What predictions need of the data, without items: classes, means and the like; here nothing. */
  exportState(): Readonly<Record<string, unknown>> {
    return {};
  }
}

/** @throws RangeError for training data without a batch */
export function checkNotEmpty({ source }: DeviceBatches): void {
  if (source.length > 0) return;
  const why =
    source instanceof DataLoader
      ? `: its batch size is ${source.batchSize}, its set has ${lengthOf(source.dataset)} items`
      : '';
  throw new RangeError(`the training data has no batch${why}`);
}
