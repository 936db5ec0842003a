import { FloatList, type Learner, metrics } from '@flambeau/core';
import {
  Categorify,
  FillMissing,
  Normalize,
  type ProcFactory,
  type TabularDataBunch,
  type TabularLearnerOptions,
  TabularList,
  tabularLearner,
} from '@flambeau/tabular';
import type { CleanTables } from './clean/index.js';
import { validationRows } from './split.js';
import { catNames, contNames } from './variables.js';

/** The lesson's settings, but for the range of the output, which depends on the data. */
export const lessonModel = { layers: [1000, 500], ps: [0.001, 0.01], embDrop: 0.04 } as const;

/** In a few stores' tables no shop is open on a holiday: such a variable may be constant. */
export const lessonProcs: readonly ProcFactory[] = [
  FillMissing,
  (cats, conts) => new Categorify(cats, conts, { allowConstant: true }),
  Normalize,
];

/** The clean tables as batches: the last weeks validate, the target is ln(Sales). */
export function lessonData({ train, test }: CleanTables, bs: number): TabularDataBunch {
  const options = { catNames, contNames };
  return TabularList.fromDf(train, { ...options, procs: lessonProcs })
    .splitByIdx(validationRows(train, test.height))
    .labelFromDf('Sales', { labelCls: FloatList, log: true })
    .addTest(TabularList.fromDf(test, options))
    .databunch({ bs });
}

/** The lesson's model of these data, whose output reaches 1.2 times the largest sales. */
export function lessonLearner(
  data: TabularDataBunch,
  { train }: CleanTables,
  options: Omit<TabularLearnerOptions, 'layers'> = {},
): Learner {
  const maxSales: number = train.getColumn('Sales').max();
  return tabularLearner(data, {
    ...lessonModel,
    yRange: [0, Math.log(maxSales * 1.2)],
    metrics: [metrics.expRmspe, new metrics.ExpRMSPE()],
    ...options,
  });
}
