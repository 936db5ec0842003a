/** Which part of the data. */
export const DatasetType = {
  Train: 'train',
  Valid: 'valid',
  Test: 'test',
  /** A batch of one item. */
  Single: 'single',
  /** The training samples as those of validation are: in order and without augmentation. */
  Fix: 'fix',
} as const;

export type DatasetType = (typeof DatasetType)[keyof typeof DatasetType];
