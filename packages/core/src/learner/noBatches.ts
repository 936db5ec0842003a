import type { BatchSource } from '../data/batches.js';
import type { SupervisedBatch } from './batch.js';

/** The batches of training data that are not there. */
export const noBatches: BatchSource<SupervisedBatch> = {
  length: 0,
  batches: () => ({
    ready: () => false,
    take: () => {
      throw new RangeError('there are no items');
    },
    close: () => {},
  }),
};
