/** The lesson's parts, for its tests and the bench. */
export { ArgumentError, parseArguments } from './arguments.js';
export { DataError, locateTables, readTable, readTables, type SalesTables } from './data.js';
export { buildFeatures, catNames, contNames } from './features.js';
export { fitOneCycle, lessonOptimizer } from './fit.js';
export { generateTables, writeTables } from './generate/index.js';
export { SmoothedLoss, squaredPercentageError } from './metrics.js';
export {
  embeddingSize,
  embeddingSizes,
  lessonModel,
  logSalesRange,
  TabularModel,
  type TabularModelOptions,
} from './model.js';
export { type PreparedData, prepareData } from './prepare.js';
export { classCounts, encodeRows, fitProcessing } from './processing.js';
export { lessonModelFor, run } from './run.js';
export { oneCycle } from './schedule.js';
export { type TableName, type Tables, tableNames, tableSchema } from './schema.js';
export { openTables } from './source.js';
export { splitByTime } from './split.js';
export { formatTime, tableHeader, tableRow } from './table.js';
export { type DataTensors, toTensors } from './tensors.js';
export {
  batchesPerEpoch,
  shuffledOrder,
  trainBatch,
  trainEpoch,
  type Validation,
  validate,
} from './train.js';
export { loadWeights, saveWeights, verifyWeights } from './weights.js';
