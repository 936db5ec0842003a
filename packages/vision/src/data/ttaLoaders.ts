import {
  type BatchSource,
  DataLoader,
  DatasetType,
  DeviceBatches,
  type SupervisedBatch,
  type Tensor,
} from '@flambeau/core';
import { zoom } from '../transforms/affine.js';
import { cropPad } from '../transforms/crops.js';
import { flipLr } from '../transforms/pixels.js';
import type { RandTransform } from '../transforms/randTransform.js';
import type { ImageDataBunch } from './imageDataBunch.js';
import type { ImageList } from './imageList.js';

/**
 * The images of a part eight times: zoomed into each corner, plain and mirrored, with the transforms
 * of training that neither crop, mirror nor zoom.
 * @throws RangeError for the part that is shuffled; `DatasetType.Fix` has its images in order
 */
export function* ttaLoaders(
  data: ImageDataBunch,
  dsType: DatasetType,
  scale: number,
): Iterable<BatchSource<SupervisedBatch>> {
  const { x, targets } = partOf(data, dsType);
  const { device, tfms, source } = data.dl(dsType);
  const { batchSize, numWorkers } = source as DataLoader<unknown, SupervisedBatch>;
  const { transforms } = data.lists.train.x;
  const kept = transforms.tfms.filter(({ name }) => !replaced.has(name));
  for (const corner of corners) {
    const list = x.transformed([...kept, ...towards(corner, scale)], transforms.options);
    const dataset = list.dataset(targets);
    yield new DeviceBatches(
      new DataLoader<unknown, SupervisedBatch>(dataset, { batchSize, numWorkers }),
      device,
      tfms,
    );
  }
}

const replaced = new Set(['cropPad', 'flipLr', 'dihedral', 'zoom']);

interface Corner {
  readonly rowPct: number;
  readonly colPct: number;
  readonly flip: boolean;
}

const corners: readonly Corner[] = Array.from({ length: 8 }, (_, i) => ({
  rowPct: i & 1,
  colPct: (i & 2) >> 1,
  flip: (i & 4) > 0,
}));

function towards({ rowPct, colPct, flip }: Corner, scale: number): RandTransform[] {
  const fixed = { rowPct, colPct, isRandom: false };
  return [zoom({ scale, ...fixed }), cropPad(fixed), ...(flip ? [flipLr()] : [])];
}

function partOf({ lists }: ImageDataBunch, dsType: DatasetType): { x: ImageList; targets: Tensor } {
  switch (dsType) {
    case DatasetType.Valid:
      return { x: lists.valid.x, targets: lists.valid.y.tensor };
    case DatasetType.Fix:
      return { x: lists.train.x, targets: lists.train.y.tensor };
    case DatasetType.Test:
      if (lists.test !== undefined) return lists.test;
  }
  throw new RangeError(`there are no images of '${dsType}' in order`);
}
