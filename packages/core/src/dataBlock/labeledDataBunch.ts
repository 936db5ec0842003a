import type { BatchSource } from '../data/batches.js';
import type { SupervisedBatch } from '../learner/batch.js';
import { DataBunch } from '../learner/dataBunch.js';
import type { DataBunchOptions } from '../learner/dataBunchOptions.js';
import { type TensorHolder, tensorsOf } from '../tensor/scope.js';
import type { Tensor } from '../tensor/tensor.js';
import type { ItemList } from './itemList.js';
import type { LabeledItems } from './labeledItems.js';
import type { LabelLists } from './labelLists.js';

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
    const { x, y } = this.lists.valid;
    return [x.inputsOf(items), y.empty(items.length)];
  }

  /** What the training items have learned, such as categories, and the kind of their labels. */
  override exportState(): Readonly<Record<string, unknown>> {
    const { x, y } = this.lists.train;
    return { items: x.exportState(), labels: y.exportState() };
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
