import { checkIndex } from '../data/dataset.js';
import type { ItemList, ItemOf } from './itemList.js';
import type { LabelList } from './labelList.js';

/** Items and their labels. */
export class LabeledItems<Items extends ItemList> {
  readonly x: Items;
  readonly y: LabelList;

  constructor(x: Items, y: LabelList) {
    this.x = x;
    this.y = y;
  }

  get length(): number {
    return this.x.length;
  }

  /**
   * An item as its list gives it, a new augmentation of an image for instance, and its label.
   * @throws RangeError unless there is an item of this index
   */
  async get(index: number): Promise<readonly [item: ItemOf<Items>, label: unknown]> {
    checkIndex('get', index, this.length);
    return [(await this.x.get(index)) as ItemOf<Items>, this.y.get(index)];
  }
}
