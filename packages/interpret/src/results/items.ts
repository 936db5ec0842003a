import { type ItemList, LabeledDataBunch } from '@flambeau/core';
import { TabularList } from '@flambeau/tabular';
import { ImageList } from '@flambeau/vision';
import type { Origin } from './interpretation.js';

/**
 * The items that results are of, in their order.
 * @throws TypeError for results without a learner, and for a learner whose data know no items
 */
export function itemsOf(caller: string, origin: Origin | undefined): ItemList {
  const data = origin?.data;
  if (!(data instanceof LabeledDataBunch)) {
    throw new TypeError(`${caller} needs results of a learner whose data are lists of items`);
  }
  const { train, valid, test } = data.lists;
  if (origin?.dsType === 'fix') return train.x.madeAs(valid.x);
  return origin?.dsType === 'test' ? (test?.x as ItemList) : valid.x;
}

/** The same of tables. @throws TypeError for other items */
export function rowsOf(caller: string, origin: Origin | undefined): TabularList {
  const items = itemsOf(caller, origin);
  if (items instanceof TabularList) return items;
  throw new TypeError(`${caller} is for tables, the items are a ${items.constructor.name}`);
}

/** The same of images. @throws TypeError for other items */
export function imagesOf(caller: string, origin: Origin | undefined): ImageList {
  const items = itemsOf(caller, origin);
  if (items instanceof ImageList) return items;
  throw new TypeError(`${caller} is for images, the items are a ${items.constructor.name}`);
}
