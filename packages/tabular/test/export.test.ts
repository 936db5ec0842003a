import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CategoryList,
  DataBunch,
  data,
  type LabelClass,
  loadLearner,
  type SupervisedBatch,
  type Tensor,
  tidy,
  torch,
} from '@flambeau/core';
import {
  Categorify,
  FillMissing,
  Normalize,
  TabularList,
  TabularModel,
  TabularProcessor,
  tabularLearner,
} from '@flambeau/tabular';
import pl from 'nodejs-polars';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

let path = '';
beforeAll(() => {
  path = mkdtempSync(join(tmpdir(), 'flambeau-tabular-'));
});
afterAll(() => rmSync(path, { recursive: true }));

const df = pl.DataFrame({
  store: ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b'],
  open: [true, true, false, true, false, true, true, false],
  distance: [1.5, null, 3, 2, 5, 1, null, 2],
  size: ['s', 'l', 'l', 's', 's', 'm', 'm', 'l'],
});
const procs = [FillMissing, Categorify, Normalize];
const options = { catNames: ['store', 'open'], contNames: ['distance'], procs };

it('a tabular learner that was exported predicts new rows as before', async () => {
  const rows = pl.DataFrame({ store: ['c', 'z'], open: [false, true], distance: [2.5, null] });
  const lists = TabularList.fromDf(df, options)
    .splitByIdx([0, 1])
    .labelFromDf('size', { labelCls: CategoryList as LabelClass })
    .addTest(TabularList.fromDf(rows, options));
  using bunch = lists.databunch({ bs: 2, device: 'cpu', path });
  using learn = tabularLearner(bunch, { layers: [4], ps: 0.1, yRange: [-2, 2], silent: true });
  await learn.fit(1, 0.1);
  learn.export('tabular.safetensors');

  const made: Tensor[] = [];
  const loaded = loadLearner(path, 'tabular.safetensors', {
    modules: [TabularModel],
    data: (state) => {
      const processor = new TabularProcessor(procs, options.catNames, options.contNames);
      processor.loadState(state);
      const { cats, conts } = processor.apply(rows);
      const targets = torch.zeros([rows.height], { dtype: 'int64' });
      made.push(cats, conts, targets);
      const dataset = {
        length: rows.height,
        get: (row: number): SupervisedBatch => [
          [cats.select(0, row), conts.select(0, row)],
          targets.select(0, row),
        ],
      };
      const testDl = new data.DataLoader<SupervisedBatch, SupervisedBatch>(dataset, {
        batchSize: 2,
      });
      return new DataBunch(testDl, null, { device: 'cpu', testDl });
    },
  });
  const [ours, y1] = await learn.getPreds({ dsType: 'test' });
  const [theirs, y2] = await loaded.getPreds({ dsType: 'test' });
  expect(ours.shape).toEqual([2, 3]);
  tidy(() => expect(theirs.sub(ours).abs().max().item()).toBeLessThan(1e-6));
  for (const part of [ours, theirs, y1, y2, ...made].flat()) part.dispose();
  for (const module of [learn.model, loaded.model]) module.dispose();
});
