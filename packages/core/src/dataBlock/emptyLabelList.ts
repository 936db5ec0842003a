import type { Tensor } from '../tensor/tensor.js';
import { torch } from '../torch.js';
import type { LabelList, LabelOptions, LabelSource, LabelState, OtherLabels } from './labelList.js';

/** No labels: targets float32 `[n]` of 0, which say nothing. They have no loss of their own. */
export class EmptyLabelList implements LabelList {
  readonly tensor: Tensor;
  readonly c = 0;
  readonly lossFunc = undefined;

  constructor({ rows }: LabelSource, _options: LabelOptions = {}) {
    this.tensor = this.empty(rows.length);
  }

  get(_index: number): undefined {}

  like(source: LabelSource): OtherLabels {
    return { labels: new EmptyLabelList(source), rows: source.rows };
  }

  empty(count: number): Tensor {
    return torch.zeros([count]);
  }

  texts(targets: Tensor): readonly string[] {
    return new Array<string>(targets.size(0)).fill('');
  }

  exportState(): LabelState {
    return { kind: 'EmptyLabelList' };
  }
}
