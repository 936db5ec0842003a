export { CategoryList } from './categoryList.js';
export { DataError } from './dataError.js';
export { FloatList } from './floatList.js';
export { type Column, ItemList, type Rows } from './itemList.js';
export { LabeledDataBunch, type ShowBatchOptions } from './labeledDataBunch.js';
export type {
  LabelClass,
  LabelList,
  LabelOptions,
  LabelSource,
  LabelState,
  OtherLabels,
} from './labelList.js';
export {
  type DatabunchOptions,
  type LabeledItems,
  LabelLists,
  type TestItems,
} from './labelLists.js';
export { labelsFromState } from './labelState.js';
export { MultiCategoryList } from './multiCategoryList.js';
export { permutation } from './permutation.js';
export { type LabelFromOptions, SplitItems } from './splitItems.js';
export { type TextColumn, TextTable } from './textTable.js';
