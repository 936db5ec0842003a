import { CategoryList } from './categoryList.js';
import { EmptyLabelList } from './emptyLabelList.js';
import { FloatList } from './floatList.js';
import type { LabelList, LabelState } from './labelList.js';
import { MultiCategoryList } from './multiCategoryList.js';

/**
 * Labels of no items, which know what those had learned that exported the state.
 * @throws TypeError for another kind
 */
export function labelsFromState(state: LabelState): LabelList {
  const columns = (count: number) =>
    Array.from({ length: count }, () => ({ name: 'label', values: [], isFloat: false }));
  switch (state.kind) {
    case 'FloatList':
      return new FloatList({ columns: columns(state.c), rows: [] }, { log: state.log });
    case 'CategoryList':
      return new CategoryList({ columns: columns(1), rows: [] }, {}, state.classes);
    case 'EmptyLabelList':
      return new EmptyLabelList({ columns: columns(1), rows: [] });
    case 'MultiCategoryList': {
      const { classes, labelDelim } = state;
      const options = labelDelim === null ? {} : { labelDelim };
      return new MultiCategoryList({ columns: columns(1), rows: [] }, options, classes);
    }
    default: {
      const { kind } = state as { kind: unknown };
      throw new TypeError(`there is no kind of labels '${kind}'`);
    }
  }
}
