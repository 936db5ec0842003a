import { inspect } from 'node:util';
import * as cuda from '../cuda.js';
import type { BatchSource } from '../data/batches.js';
import { defaultCollate } from '../data/collate.js';
import { DataLoader } from '../data/dataLoader.js';
import type { DataLoaderOptions } from '../data/dataLoaderOptions.js';
import { type AnyDataset, isIndexed, lengthOf } from '../data/dataset.js';
import type { Device } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { tidy } from '../tensor/scope.js';
import type { SupervisedBatch, Tensors } from './batch.js';
import { DatasetType } from './datasetType.js';
import { type BatchTransform, DeviceBatches, moveTo } from './deviceBatches.js';
import type { LossFunction } from './lossFunction.js';
import type { AugmentedLoaders } from './tta.js';

type Source = BatchSource<SupervisedBatch>;

/** A dataset whose items are `[x, y]`; it may say what its targets are trained with. */
export type LabelledDataset = AnyDataset<unknown> & LabelInfo;

/** What follows from the kind of target. */
export interface LabelInfo {
  /** Trains such targets, unless the learner is given another loss. */
  readonly lossFunc?: LossFunction;
  /** Makes predictions of the model's output: the softmax of class scores, for instance. */
  readonly activation?: (output: Tensors) => Tensors;
}

interface SharedOptions extends LabelInfo {
  /** Where batches are moved to. Default: the GPU where there is one. */
  readonly device?: Device;
  /** The folder that files of models and histories are written to. Default the current one. */
  readonly path?: string;
  /** What all batches go through once they are on their device. */
  readonly tfms?: readonly BatchTransform[];
}

export interface DataBunchOptions extends SharedOptions {
  /** Batches to predict, whose targets say nothing. */
  readonly testDl?: Source | null;
  /** The training samples as those of validation are: in order and without augmentation. */
  readonly fixDl?: Source | null;
}

const dataBunchOptions = [
  'lossFunc',
  'activation',
  'device',
  'path',
  'tfms',
  'testDl',
  'fixDl',
] as const satisfies readonly (keyof DataBunchOptions)[];

/** What {@link DataBunch.create} takes; other options are the `DataLoader`s'. */
export interface NewDataBunchOptions
  extends SharedOptions,
    Omit<
      DataLoaderOptions<unknown, SupervisedBatch>,
      'batchSize' | 'shuffle' | 'sampler' | 'batchSampler' | 'dropLast'
    > {
  /** Samples to predict. */
  readonly testDs?: LabelledDataset;
  /** The training samples without augmentation. Default: the training set. */
  readonly fixDs?: LabelledDataset;
  /** Batch size. Default 64. */
  readonly bs?: number;
  /** Batch size of all but training. Default `bs`. */
  readonly valBs?: number;
}

/** How a batch is given; the defaults are those of `oneBatch`, of `oneItem` both are false. */
export interface OneBatchOptions {
  /** Undoes the normalisation of the inputs, where there is one. Default true. */
  readonly denorm?: boolean;
  /** Moves the batch to the CPU. Default true. */
  readonly cpu?: boolean;
}

const oneBatchOptions = ['denorm', 'cpu'] as const satisfies readonly (keyof OneBatchOptions)[];

/**
 * The data that a model is trained, validated and tested on: batches `[x, y]`, moved to the device.
 * A subclass for a kind of data overrides what depends on the kind: {@link sampleOf},
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
  #loaders: ((batchSize: number) => Loaders) | undefined;

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
    const { testDs = null, fixDs = trainDs, bs = 64, valBs = bs, ...rest } = options;
    const { lossFunc = trainDs.lossFunc, activation = trainDs.activation, ...others } = rest;
    const { device, path, tfms, ...loading } = others;
    const inOrder = (dataset: LabelledDataset | null, batchSize: number) =>
      dataset && new DataLoader<unknown, SupervisedBatch>(dataset, { ...loading, batchSize });
    const loaders = (trainSize: number, size = trainSize): Loaders => ({
      trainDl: new DataLoader<unknown, SupervisedBatch>(trainDs, {
        ...loading,
        batchSize: trainSize,
        shuffle: isIndexed(trainDs),
        dropLast: true,
      }),
      validDl: inOrder(validDs, size),
      testDl: inOrder(testDs, size),
      fixDl: inOrder(fixDs, size),
    });
    const { trainDl, validDl, ...more } = loaders(bs, valBs);
    const shared = { lossFunc, activation, device, path, tfms };
    const data = new DataBunch(trainDl, validDl, { ...more, ...shared });
    data.#batchSize = bs;
    data.#loaders = loaders;
    return data;
  }

  /** Of training; undefined where the batches were given ready. Setting it is for all parts. */
  get batchSize(): number | undefined {
    return this.#batchSize;
  }

  /** @throws TypeError where the batches were given ready */
  set batchSize(batchSize: number) {
    if (this.#loaders === undefined) {
      throw new TypeError('the batch size can be set where DataBunch.create made the batches');
    }
    const made = this.#loaders(batchSize);
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
    checkOptions('oneItem', options, oneBatchOptions);
    const { denorm = false, cpu = false } = options;
    const dl = this.validDl ?? this.trainDl;
    return tidy(() => {
      const batch = defaultCollate([this.sampleOf(item)]) as unknown as SupervisedBatch;
      return this.#shown(dl.process(batch), { denorm, cpu });
    });
  }

  #shown([x, y]: SupervisedBatch, { denorm, cpu }: Required<OneBatchOptions>): SupervisedBatch {
    const shown = denorm ? this.denorm(x) : x;
    return cpu ? [moveTo('cpu', shown), moveTo('cpu', y)] : [shown, y];
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

const parts = ['trainDl', 'validDl', 'testDl', 'fixDl'] as const;

interface Loaders {
  readonly trainDl: Source;
  readonly validDl: Source | null;
  readonly testDl: Source | null;
  readonly fixDl: Source | null;
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
