import { emitWarning } from 'node:process';
import { datasetLoaders } from '../learner/datasetLoaders.js';
import type { Device } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ItemList } from './itemList.js';
import type { LabeledDataBunch } from './labeledDataBunch.js';
import { LabeledItems } from './labeledItems.js';

/** Items to predict. */
export interface TestItems<Items extends ItemList> {
  readonly x: Items;
  /** Stand-ins, which say nothing. */
  readonly targets: Tensor;
}

export interface DatabunchOptions {
  /** Items in a training batch. Default 64. */
  readonly bs?: number;
  /** Items in the other batches. Default: `bs`. */
  readonly valBs?: number;
  /** Where batches are moved to. Default: the GPU where there is one. */
  readonly device?: Device;
  /** The folder that models and histories are written to. Default: that of the items. */
  readonly path?: string;
  /** Threads that read batches ahead. Default 0. */
  readonly numWorkers?: number;
  /** Batches that are read ahead, by each thread where there are several. Default 2. */
  readonly prefetchFactor?: number;
}

export const databunchOptions = [
  'bs',
  'valBs',
  'device',
  'path',
  'numWorkers',
  'prefetchFactor',
] as const satisfies readonly (keyof DatabunchOptions)[];

/** The transforms that items of a kind go through. */
export type TfmsOf<Items extends ItemList> = Parameters<Items['transformed']>[0];

/** What else `transform` takes for items of a kind. */
export type TransformOptionsOf<Items extends ItemList> = Parameters<Items['transformed']>[1];

/** The data that items of a kind become. */
export type BunchOf<Items extends ItemList> = InstanceType<Items['bunchClass']>;

/** Items with labels, in parts, ready to be loaded. */
export class LabelLists<Items extends ItemList> implements TensorHolder, Disposable {
  readonly train: LabeledItems<Items>;
  readonly valid: LabeledItems<Items>;
  readonly test: TestItems<Items> | undefined;

  constructor(
    train: LabeledItems<Items>,
    valid: LabeledItems<Items>,
    test?: TestItems<Items> | undefined,
  ) {
    this.train = train;
    this.valid = valid;
    this.test = test;
  }

  /**
   * Adds items to predict; they take over what the training items have learned, and are made as
   * those of validation are.
   */
  addTest(items: Items): LabelLists<Items> {
    return tidy(() => {
      items.adopt(this.train.x);
      const targets = this.train.y.empty(items.length);
      return new LabelLists(this.train, this.valid, { x: items.madeAs(this.valid.x), targets });
    });
  }

  /**
   * Lets items go through transforms when they are read; those of validation also make the items to
   * predict.
   * @param tfms for training and for validation
   */
  transform(
    [trainTfms, validTfms]: readonly [train: TfmsOf<Items>, valid: TfmsOf<Items>],
    options?: TransformOptionsOf<Items>,
  ): LabelLists<Items> {
    const { train, valid, test } = this;
    return new LabelLists<Items>(
      new LabeledItems(train.x.transformed(trainTfms, options), train.y),
      new LabeledItems(valid.x.transformed(validTfms, options), valid.y),
      test && { ...test, x: test.x.transformed(validTfms, options) },
    );
  }

  /**
   * Loaders of batches: training in a new random order each epoch without a last batch that is not
   * full, validation and test in order.
   */
  databunch(options: DatabunchOptions = {}): BunchOf<Items> {
    checkOptions('databunch', options, databunchOptions);
    const { bs = 64, valBs = bs, device, path, ...loading } = options;
    const { train, valid, test } = this;
    if (train.length > 0 && train.length < bs) {
      emitWarning(`${train.length} training items do not fill one batch of ${bs}`);
    }
    const datasetOf = ({ x, y }: LabeledItems<Items>) =>
      x.length === 0 ? null : x.dataset(y.tensor);
    const { trainDl, validDl, ...more } = datasetLoaders(
      {
        train: datasetOf(train),
        valid: datasetOf(valid),
        test: test ? test.x.dataset(test.targets) : null,
        fix: datasetOf(new LabeledItems(train.x.madeAs(valid.x), train.y)),
      },
      { bs, valBs, ...loading },
    );
    const Bunch = train.x.bunchClass as new (
      ...args: ConstructorParameters<typeof LabeledDataBunch<Items>>
    ) => BunchOf<Items>;
    return new Bunch(this, trainDl, validDl, {
      ...more,
      device,
      path: path ?? train.x.path,
      lossFunc: train.y.lossFunc,
    });
  }

  *[tensorsOf](): Iterable<Tensor> {
    for (const { x, y } of [this.train, this.valid]) {
      yield* x[tensorsOf]();
      yield y.tensor;
    }
    if (this.test === undefined) return;
    yield* this.test.x[tensorsOf]();
    yield this.test.targets;
  }

  /** Frees the tensors of items and labels. */
  dispose(): void {
    for (const tensor of this[tensorsOf]()) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
