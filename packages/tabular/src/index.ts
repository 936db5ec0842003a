export { DataError } from '@flambeau/core';
export { type ContCatSplit, contCatSplit } from './contCatSplit.js';
export { addCyclicDatepart, type CyclicDatepartOptions } from './dates/cyclicDatepart.js';
export { addDatepart, type DatepartOptions, datepartPrefix } from './dates/datepart.js';
export { addElapsedTimes } from './dates/elapsedTimes.js';
export { type EmbeddingSize, embSzRule, getEmbSzs } from './embeddingSizes.js';
export {
  embeddings,
  type PlotEmbeddingsOptions,
  plotEmbeddings,
  type WithEmbeddingsOptions,
  withEmbeddings,
} from './embeddings.js';
export { type LoadTabularLearnerOptions, loadTabularLearner } from './loadTabularLearner.js';
export { Categories, type CategoriesState, type Category } from './processors/categories.js';
export { Categorify, type CategorifyOptions } from './processors/categorify.js';
export {
  FillMissing,
  type FillMissingOptions,
  type FillStrategy,
} from './processors/fillMissing.js';
export { type Moments, Normalize, type NormalizeOptions } from './processors/normalize.js';
export {
  type ProcClass,
  type ProcFactory,
  type ProcState,
  TabularProc,
} from './processors/tabularProc.js';
export { TabularProcessor } from './processors/tabularProcessor.js';
export type { TabularTensors } from './processors/tabularTensors.js';
export type { RowColumns, TabularRow } from './rows/rowColumns.js';
export { type ArrowTable, fromArrow } from './tables/arrow.js';
export { type CsvOptions, readCsv } from './tables/csv.js';
export { readTable, type TableSource } from './tables/readTable.js';
export { type TabularDataOptions, tabularData, type Validation } from './tabularData.js';
export { type ShowBatchOptions, TabularDataBunch } from './tabularDataBunch.js';
export { type TabularLearnerOptions, tabularLearner } from './tabularLearner.js';
export { TabularList, type TabularListOptions } from './tabularList.js';
export { embedding, TabularModel, type TabularModelOptions } from './tabularModel.js';
