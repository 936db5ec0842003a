export { Category } from './category.js';
export { CategoryList } from './categoryList.js';
export { DataError } from './dataError.js';
export { EmptyLabelList } from './emptyLabelList.js';
export { FloatList } from './floatList.js';
export { type Column, ItemList, type ItemOf, type Rows } from './itemList.js';
export { LabeledDataBunch } from './labeledDataBunch.js';
export { LabeledItems } from './labeledItems.js';
export type {
  LabelClass,
  LabelList,
  LabelOptions,
  LabelSource,
  LabelState,
  OtherLabels,
} from './labelList.js';
export {
  type BunchOf,
  type DatabunchOptions,
  databunchOptions,
  LabelLists,
  type TestItems,
  type TfmsOf,
  type TransformOptionsOf,
} from './labelLists.js';
export { labelsFromState } from './labelState.js';
export { MultiCategoryList } from './multiCategoryList.js';
export { permutation } from './permutation.js';
export { type LabelFromOptions, SplitItems } from './splitItems.js';
export { type TextColumn, TextTable } from './textTable.js';
