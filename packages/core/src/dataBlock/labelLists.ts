import { emitWarning } from 'node:process';
import { datasetLoaders } from '../learner/datasetLoaders.js';
import type { Device } from '../tensor/dtype.js';
import { checkOptions } from '../tensor/options.js';
import { type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ItemList } from './itemList.js';
import { LabeledDataBunch } from './labeledDataBunch.js';
import type { LabelList } from './labelList.js';

/** Items and their labels. */
export interface LabeledItems<Items extends ItemList> {
  readonly x: Items;
  readonly y: LabelList;
}

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
}

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

  /** Adds items to predict; they take over what the training items have learned. */
  addTest(items: Items): LabelLists<Items> {
    return tidy(() => {
      items.adopt(this.train.x);
      const targets = this.train.y.empty(items.length);
      return new LabelLists(this.train, this.valid, { x: items, targets });
    });
  }

  /**
   * Loaders of batches: training in a new random order each epoch without a last batch that is not
   * full, validation and test in order.
   */
  databunch(options: DatabunchOptions = {}): LabeledDataBunch<Items> {
    checkOptions('databunch', options, ['bs', 'valBs', 'device', 'path']);
    const { bs = 64, valBs = bs } = options;
    const { train, valid, test } = this;
    if (train.x.length > 0 && train.x.length < bs) {
      emitWarning(`${train.x.length} training items do not fill one batch of ${bs}`);
    }
    const trainDs = train.x.length === 0 ? null : train.x.dataset(train.y.tensor);
    const { trainDl, validDl, ...more } = datasetLoaders(
      {
        train: trainDs,
        valid: valid.x.length === 0 ? null : valid.x.dataset(valid.y.tensor),
        test: test ? test.x.dataset(test.targets) : null,
        fix: trainDs,
      },
      { bs, valBs },
    );
    return new LabeledDataBunch(this, trainDl, validDl, {
      ...more,
      device: options.device,
      path: options.path ?? train.x.path,
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
