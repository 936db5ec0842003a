import { Learner, type LearnerOptions } from '@flambeau/core';
import { getEmbSzs } from './embeddingSizes.js';
import type { TabularDataBunch } from './tabularDataBunch.js';
import { TabularModel, type TabularModelOptions } from './tabularModel.js';

export interface TabularLearnerOptions extends LearnerOptions, TabularModelOptions {
  /** Sizes of the hidden layers. */
  readonly layers: readonly number[];
  /** Lengths of embeddings by variable, where fast.ai's rule shall not choose them. */
  readonly embSzs?: Readonly<Record<string, number>>;
}

/** A learner with a {@link TabularModel} that fits the data. */
export function tabularLearner(
  data: TabularDataBunch,
  options: TabularLearnerOptions,
): Learner<TabularModel> {
  const { layers, embSzs, ps, embDrop, yRange, useBn, bnFinal, ...learnerOptions } = options;
  const { x } = data.trainDs;
  const model = new TabularModel(getEmbSzs(x.classes, embSzs), x.contNames.length, data.c, layers, {
    ...(ps !== undefined && { ps }),
    ...(embDrop !== undefined && { embDrop }),
    ...(yRange !== undefined && { yRange }),
    ...(useBn !== undefined && { useBn }),
    ...(bnFinal !== undefined && { bnFinal }),
  });
  return new Learner(data, model, learnerOptions);
}
