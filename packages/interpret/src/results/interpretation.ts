import {
  checkOptions,
  type DataBunch,
  DatasetType,
  keep,
  type Learner,
  listify,
  type Tensor,
  type TensorHolder,
  type Tensors,
  tensorsOf,
} from '@flambeau/core';
import { itemsOf } from './items.js';
import { type LargestOptions, type TopLosses, topOf } from './topLosses.js';

/** What a model gave for the items of a part of the data, in their order. */
export interface Results {
  /** Predictions, a row for each item. */
  readonly preds: Tensor;
  /** What would have been right, a row for each item. */
  readonly targets: Tensor;
  /** The loss of each item, `[items]`. */
  readonly losses: Tensor;
}

export interface FromLearnerOptions {
  /** Which part of the data: 'valid' unless given, 'test', or 'fix' for training items in order. */
  readonly dsType?: Exclude<DatasetType, 'train' | 'single'>;
  /** Makes predictions of the model's output. Default: that of the data, else that of the loss. */
  readonly activ?: (output: Tensors) => Tensors;
  /** Predicts with augmentation, see `Learner.tta`. Default false. */
  readonly tta?: boolean;
  /** Ends it between two batches. */
  readonly signal?: AbortSignal;
}

/** Where results come from, for pictures and tables of the items. */
export interface Origin {
  readonly learn: Learner;
  /** What was predicted of, also when the learner has got other data since. */
  readonly data: DataBunch;
  readonly dsType: Exclude<DatasetType, 'train' | 'single'>;
}

/** Looks at what a model gave: which items it was most wrong about. */
export class Interpretation implements Results, TensorHolder, Disposable {
  readonly preds: Tensor;
  readonly targets: Tensor;
  readonly losses: Tensor;
  /** Undefined for results that come from elsewhere. */
  readonly origin: Origin | undefined;

  /**
   * @param results become this object's: they are taken out of every scope, and freed with it
   * @throws RangeError unless there are as many predictions, targets and losses
   */
  constructor({ preds, targets, losses }: Results, origin?: Origin) {
    const counts = [preds, targets, losses].map((tensor) => tensor.size(0));
    if (losses.ndim !== 1 || new Set(counts).size > 1) {
      throw new RangeError(
        `expected as many predictions, targets and losses, got [${preds.shape}], ` +
          `[${targets.shape}] and [${losses.shape}]`,
      );
    }
    this.preds = keep(preds);
    this.targets = keep(targets);
    this.losses = keep(losses);
    this.origin = origin;
  }

  /**
   * Predicts a part of the learner's data.
   * @throws RangeError when there is no such part, and for 'train', whose batches have no order
   * @throws TypeError for a model with several outputs or targets
   */
  static fromLearner(learn: Learner, options: FromLearnerOptions = {}): Promise<Interpretation> {
    return resultsOf(learn, options, (results, origin) => new Interpretation(results, origin));
  }

  get length(): number {
    return this.losses.size(0);
  }

  /**
   * The items with the largest losses, or the smallest, in order.
   * @param k how many; default all
   */
  topLosses(k = this.length, options: LargestOptions = {}): TopLosses {
    return topOf('topLosses', this.losses, k, options);
  }

  /**
   * A column of the table that the items come from, by item: the groups of a report, for instance.
   * @throws TypeError unless the results are a learner's, and its items come from a table
   */
  column(name: string): readonly unknown[] {
    return itemsOf('column', this.origin).column(name).values;
  }

  *[tensorsOf](): Iterable<Tensor> {
    yield* [this.preds, this.targets, this.losses];
  }

  /** Frees predictions, targets and losses. */
  dispose(): void {
    for (const tensor of this[tensorsOf]()) tensor.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** What {@link Interpretation.fromLearner} of each class does. */
export async function resultsOf<Made>(
  learn: Learner,
  options: FromLearnerOptions,
  make: (results: Results, origin: Origin) => Made,
): Promise<Made> {
  checkOptions('fromLearner', options, ['dsType', 'activ', 'tta', 'signal']);
  const { dsType = DatasetType.Valid, activ, tta = false, signal } = options;
  if (!['valid', 'test', 'fix'].includes(dsType)) {
    throw new RangeError(`fromLearner: dsType must be 'valid', 'test' or 'fix', got '${dsType}'`);
  }
  if (tta && activ !== undefined) {
    throw new TypeError('fromLearner: tta has its own activation, got activ too');
  }
  const { data } = learn;
  const given = tta
    ? await learn.tta({ dsType, withLoss: true, signal })
    : await learn.getPreds<Tensors>({ dsType, activ, withLoss: true, signal });
  try {
    const [preds, targets, losses] = given.map(single);
    return make({ preds, targets, losses } as Results, { learn, data, dsType });
  } catch (error) {
    for (const tensor of given.flatMap(listify)) tensor.dispose();
    throw error;
  }
}

function single(tensors: Tensors): Tensor {
  const [tensor, ...more] = listify(tensors);
  if (tensor !== undefined && more.length === 0) return tensor;
  throw new TypeError(`expected one output and one target, got ${more.length + 1}`);
}
