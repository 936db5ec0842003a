import type { BatchSource } from '../data/batches.js';
import type { Device } from '../tensor/dtype.js';
import type { SupervisedBatch } from './batch.js';
import { DataBunch } from './dataBunch.js';
import { noBatches } from './noBatches.js';

interface ItemlessOptions {
  readonly path: string;
  readonly classes: readonly unknown[] | null;
  readonly test?: BatchSource<SupervisedBatch> | undefined;
  readonly device?: Device | undefined;
}

/** Data of a learner that only predicts: nothing to train on, and no items but those to predict. */
export class ItemlessData extends DataBunch {
  readonly #classes: readonly unknown[] | null;

  constructor({ path, classes, test, device }: ItemlessOptions) {
    super(noBatches, null, {
      path,
      ...(test !== undefined && { testDl: test }),
      ...(device !== undefined && { device }),
    });
    this.#classes = classes;
  }

  override get classes(): readonly unknown[] | undefined {
    return this.#classes ?? undefined;
  }
}
