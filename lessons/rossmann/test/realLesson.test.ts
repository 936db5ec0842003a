import { type Learner, type Tensor, tidy } from '@flambeau/core';
import {
  type CleanTables,
  cleanTables,
  lessonData,
  lessonLearner,
  locateTables,
  readTables,
} from '@flambeau/lesson-rossmann';
import type { TabularDataBunch, TabularList, TabularModel } from '@flambeau/tabular';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWithData } from '../../../test/realData.js';

/** The reference's figures of the whole tables. */
describeWithData('the lesson on the real tables', (folder) => {
  let clean: CleanTables;
  let data: TabularDataBunch;
  let learn: Learner;
  beforeAll(() => {
    clean = cleanTables(readTables(locateTables(folder)), { trendLeak: true });
    data = lessonData(clean, 64);
    learn = lessonLearner(data, clean, { silent: true });
  }, 300_000);
  afterAll(() => {
    for (const each of [learn, learn?.model, data]) each?.dispose();
  });

  it('has the rows, columns and batches', () => {
    expect([clean.train.height, clean.train.columns.length]).toEqual([844_338, 93]);
    expect([clean.test.height, clean.test.columns.length]).toEqual([41_088, 92]);
    const { train, valid, test } = data.lists;
    expect([train.x.length, valid.x.length, test?.x.length]).toEqual([802_943, 41_395, 41_088]);
    expect([data.trainDl.length, data.validDl?.length]).toEqual([12_545, 647]);
  });

  it('has the classes, and so the parameters', () => {
    const { classes, contNames } = data.trainDs.x;
    expect(Object.values(classes).map(({ length }) => length)).toEqual([
      1116, 8, 4, 13, 32, 3, 26, 27, 5, 4, 4, 24, 9, 13, 53, 22, 7, 7, 4, 4, 9, 9, 3, 3,
    ]);
    expect(contNames.length).toBe(16);
    const sizes = [...learn.model.parameters()].map((parameter) => parameter.numel());
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(831_054);
  });

  it('has the range of the output', () => {
    const [low, high] = (learn.model as TabularModel).yRange as readonly [number, number];
    expect(low).toBe(0);
    expect(high).toBeCloseTo(10.816998424176623, 12);
  });

  it('predicts rows of the test table as the table', () => {
    const { x } = data.lists.test as { x: TabularList };
    const rows = x.df.head(300).toRecords();
    tidy(() => {
      const [cats, conts] = x.inputsOf(rows) as readonly [Tensor, Tensor];
      expect(cats.equal(x.tensors.cats.narrow(0, 0, 300))).toBe(true);
      expect(conts.equal(x.tensors.conts.narrow(0, 0, 300))).toBe(true);
      const { labels } = learn.predictItems(rows);
      expect(labels.length).toBe(300);
      expect(labels[7]).toBeCloseTo(learn.predict(rows[7]).label as number, 5);
    });
  });
});
