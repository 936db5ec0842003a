import {
  LabeledItems,
  LabelLists,
  type LabelState,
  type Learner,
  type LoadLearnerOptions,
  labelsFromState,
  loadLearner,
} from '@flambeau/core';
import type { DataFrame } from 'nodejs-polars';
import type { ProcClass } from './processors/tabularProc.js';
import { TabularList } from './tabularList.js';
import { TabularModel } from './tabularModel.js';

export interface LoadTabularLearnerOptions extends Omit<LoadLearnerOptions, 'data' | 'test'> {
  /** The classes of processors of one's own. */
  readonly procs?: readonly ProcClass[];
  /** Rows to predict, for `learn.getPreds({ dsType: 'test' })`. */
  readonly test?: DataFrame;
  /** Rows in a batch of them. Default 64. */
  readonly bs?: number;
}

/** What data of a table export. */
interface TabularState {
  readonly items: Readonly<Record<string, unknown>>;
  readonly labels: LabelState;
}

/**
 * The learner of tables that `learn.export()` wrote to `path/file`, ready to predict rows: it knows
 * processors, categories and labels, and has no rows to train on.
 * @param file Default 'export.safetensors'
 * @throws TypeError for a processor or a module of one's own that is not given, and for the export of
 * another learner
 */
export function loadTabularLearner(
  path: string,
  file?: string,
  options: LoadTabularLearnerOptions = {},
): Learner {
  const { procs = [], test, bs = 64, modules = [], ...others } = options;
  return loadLearner(path, file, {
    ...others,
    modules: [TabularModel, ...modules],
    data: (state) => {
      const { items, labels } = state as Partial<TabularState>;
      if (items?.procs === undefined || labels === undefined) {
        throw new TypeError('the export is not that of a learner of tables: use loadLearner');
      }
      const x = TabularList.fromState(items, { procs, path });
      const part = new LabeledItems(x, labelsFromState(labels));
      const lists = new LabelLists(part, part);
      const all = test === undefined ? lists : lists.addTest(TabularList.fromDf(test));
      return all.databunch({ bs, path, ...(others.device && { device: others.device }) });
    },
  });
}
