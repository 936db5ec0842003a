import type { SalesTables } from './data.js';
import { buildFeatures, catNames, contNames } from './features.js';
import { classCounts, encodeRows, fitProcessing } from './processing.js';
import { splitByTime } from './split.js';
import { type DataTensors, toTensors } from './tensors.js';

/** All that training needs to know of the tables. Its tensors live until it is disposed. */
export interface PreparedData extends Disposable {
  readonly train: DataTensors;
  readonly valid: DataTensors;
  /** Categorical variables in the order of the embeddings. */
  readonly catNames: readonly string[];
  readonly contNames: readonly string[];
  /** Classes of each categorical variable, `#na#` included. */
  readonly classCounts: readonly number[];
  /** Largest sales of a day among all rows, of training and validation. */
  readonly maxSales: number;
}

/** Features, split by time, processing fitted to the training rows, and tensors. */
export function prepareData(tables: SalesTables): PreparedData {
  const features = buildFeatures(tables);
  const { train, valid } = splitByTime(features, tables.test.height);
  const processing = fitProcessing(train, catNames, contNames);
  const tensors = {
    train: toTensors(encodeRows(train, processing)),
    valid: toTensors(encodeRows(valid, processing)),
  };
  return {
    ...tensors,
    catNames: processing.catNames,
    contNames: processing.contNames,
    classCounts: classCounts(processing),
    maxSales: features.getColumn('Sales').max(),
    [Symbol.dispose]() {
      for (const part of Object.values(tensors)) {
        for (const tensor of Object.values(part)) tensor.dispose();
      }
    },
  };
}
