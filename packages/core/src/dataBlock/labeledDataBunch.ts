import type { BatchSource } from '../data/batches.js';
import { listify, type SupervisedBatch } from '../learner/batch.js';
import { DataBunch } from '../learner/dataBunch.js';
import type { DataBunchOptions } from '../learner/dataBunchOptions.js';
import { DatasetType } from '../learner/datasetType.js';
import { eachOf } from '../learner/predictions.js';
import { checkSize } from '../nn/checks.js';
import { checkOptions } from '../tensor/options.js';
import { type TensorHolder, tensorsOf, tidy } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ItemList } from './itemList.js';
import type { LabeledItems, LabelLists } from './labelLists.js';
import { TextTable } from './textTable.js';

export interface ShowBatchOptions {
  /** At most. Default 5. */
  readonly rows?: number;
  /** Default: training. */
  readonly dsType?: DatasetType;
}

/** The loaders of labelled items, which know the items. */
export class LabeledDataBunch<Items extends ItemList>
  extends DataBunch
  implements TensorHolder, Disposable
{
  readonly lists: LabelLists<Items>;

  constructor(
    lists: LabelLists<Items>,
    trainDl: BatchSource<SupervisedBatch>,
    validDl: BatchSource<SupervisedBatch> | null,
    options: DataBunchOptions,
  ) {
    super(trainDl, validDl, options);
    this.lists = lists;
  }

  get trainDs(): LabeledItems<Items> {
    return this.lists.train;
  }

  get validDs(): LabeledItems<Items> {
    return this.lists.valid;
  }

  /** Numbers that a model gives for an item. */
  get c(): number {
    return this.lists.train.y.c;
  }

  override get classes(): readonly unknown[] | undefined {
    return this.lists.train.y.classes;
  }

  protected override batchOf(items: readonly unknown[]): SupervisedBatch {
    const { x, y } = this.lists.train;
    return [x.inputsOf(items), y.empty(items.length)];
  }

  /** What the training items have learned, such as categories, and the kind of their labels. */
  override exportState(): Readonly<Record<string, unknown>> {
    const { x, y } = this.lists.train;
    return { items: x.exportState(), labels: y.exportState() };
  }

  /**
   * The first items of a part: the inputs as the model gets them, and their targets.
   * @throws RangeError when there is no such part, or no batch
   */
  async showBatch(options: ShowBatchOptions = {}): Promise<TextTable> {
    checkOptions('showBatch', options, ['rows', 'dsType']);
    const { rows = 5, dsType = DatasetType.Train } = options;
    checkSize('showBatch', 'rows', rows);
    const batch = await this.oneBatch(dsType, { denorm: false });
    try {
      return tidy(() => this.#shownRows(batch, rows));
    } finally {
      for (const tensor of batch.flatMap(listify)) tensor.dispose();
    }
  }

  #shownRows([inputs, targets]: SupervisedBatch, rows: number): TextTable {
    const first = (tensor: Tensor) => tensor.narrow(0, 0, Math.min(rows, tensor.size(0)));
    const { x, y } = this.lists.train;
    const target = { name: 'target', texts: y.texts(first(targets as Tensor)) };
    return new TextTable([...x.textsOf(eachOf(inputs, first)), target]);
  }

  *[tensorsOf](): Iterable<Tensor> {
    yield* this.lists[tensorsOf]();
  }

  /** Frees the tensors of items and labels. */
  dispose(): void {
    this.lists.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}
