import {
  checkOptions,
  DatasetType,
  LabeledDataBunch,
  listify,
  type Tensor,
  TextTable,
  tidy,
} from '@flambeau/core';
import type { TabularList } from './tabularList.js';

export interface ShowBatchOptions {
  /** At most. Default 5. */
  readonly rows?: number;
  /** Default: training. */
  readonly dsType?: DatasetType;
}

/** The loaders of the rows of a table. */
export class TabularDataBunch extends LabeledDataBunch<TabularList> {
  /**
   * The first rows of a part: the inputs as the model gets them, and their targets.
   * @throws RangeError when there is no such part, or no batch
   */
  async showBatch(options: ShowBatchOptions = {}): Promise<TextTable> {
    checkOptions('showBatch', options, ['rows', 'dsType']);
    const { rows = 5, dsType = DatasetType.Train } = options;
    if (!Number.isInteger(rows) || rows < 0) {
      throw new RangeError(`showBatch: rows must be a whole number from 0 up, got ${rows}`);
    }
    const [inputs, targets] = await this.oneBatch(dsType, { denorm: false });
    const tensors = [...listify(inputs), targets as Tensor];
    try {
      return tidy(() => {
        const first = tensors.map((tensor) => tensor.narrow(0, 0, Math.min(rows, tensor.size(0))));
        const { x, y } = this.lists.train;
        const target = { name: 'target', texts: y.texts(first.at(-1) as Tensor) };
        return new TextTable([...x.textsOf(first.slice(0, -1)), target]);
      });
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  }
}
