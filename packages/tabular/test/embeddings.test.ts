import { fileURLToPath } from 'node:url';
import { DataBunch, data, Learner, manualSeed, nn, tensor, tidy } from '@flambeau/core';
import {
  embeddings,
  plotEmbeddings,
  tabularData,
  tabularLearner,
  withEmbeddings,
} from '@flambeau/tabular';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { callPandas } from '../../../test/oracle/pandas.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const rows = Array.from({ length: 24 }, (_, row) => ({
  store: 'abcdef'[row % 6],
  year: 2013 + (row % 3),
  y: row,
}));

function setUp() {
  manualSeed(4);
  const bunch = tabularData(rows, { target: 'y', device: 'cpu', batchSize: 8, validation: [1, 2] });
  const learn = tabularLearner(bunch, { layers: [4], embSzs: { year: 1 }, silent: true });
  const weights = [...learn.model.embeds].map(({ weight }) => weight.toArray()) as number[][][];
  return { learn, weights, free: () => [bunch, learn, learn.model].map((it) => it.dispose()) };
}

describe('embeddings', () => {
  it('are a frame, with the class of missing values first', () => {
    const { learn, weights, free } = setUp();
    const frame = embeddings(learn, 'store');
    expect(frame.columns).toEqual([
      'store',
      'store_emb_0',
      'store_emb_1',
      'store_emb_2',
      'store_emb_3',
      'store_emb_4',
    ]);
    expect(frame.getColumn('store').toArray()).toEqual([null, 'a', 'b', 'c', 'd', 'e', 'f']);
    expect(frame.drop('store').rows()).toEqual(weights[0]);
    expect(embeddings(learn, 'year').getColumn('year').toArray()).toEqual([null, 2013, 2014, 2015]);
    free();
  });

  it('become features of a frame', () => {
    const { learn, weights, free } = setUp();
    const df = pl.DataFrame({ store: ['b', 'z', null], more: [1, 2, 3] });
    const found = withEmbeddings(df, learn);
    expect(found.columns).toEqual(['more', ...embeddings(learn, 'store').columns.slice(1)]);
    expect(found.drop('more').rows()).toEqual([2, 0, 0].map((code) => weights[0]?.[code]));
    const kept = withEmbeddings(df, learn, { names: ['store'], drop: false });
    expect(kept.columns.slice(0, 3)).toEqual(['store', 'more', 'store_emb_0']);
    expect(withEmbeddings(df.select('store'), learn).columns[0]).toBe('store_emb_0');
    expect(() => withEmbeddings(df, learn, { names: ['year'] })).toThrow("no column 'year'");
    free();
  });

  it('are those of a table', () => {
    const { learn, free } = setUp();
    expect(() => embeddings(learn, 'y')).toThrow(
      "'y' is no categorical variable; those are store, year",
    );
    tidy(() => {
      const x = tensor([[1], [2]]);
      const bunch = DataBunch.create(new data.TensorDataset(x, x), null, { bs: 1 });
      const other = new Learner(bunch, new nn.Linear(1, 1));
      expect(() => embeddings(other, 'a')).toThrow('embeddings are those of a learner of tables');
      const mixed = new Learner(learn.data, new nn.Linear(1, 1) as never);
      expect(() => embeddings(mixed, 'store')).toThrow('of a TabularModel, got a Linear');
    });
    free();
  });
});

const python = { folder: fileURLToPath(new URL('python', import.meta.url)), name: 'tabular' };

describeWithOracle('plotEmbeddings', (oracle) => {
  it('shows the two main components', async () => {
    const { learn, weights, free } = setUp();
    const [points, shares] = await callPandas<[number[][], number[]]>(
      oracle,
      python,
      'principal_components',
      weights[0]?.slice(1),
    );
    const picture = plotEmbeddings(learn, 'store');
    const [{ x, y }] = picture.series as unknown as [{ x: number[]; y: number[] }];
    for (const [found, expected] of [
      [x, points[0]],
      [y, points[1]],
    ] as const) {
      const farthest = Math.max(...(expected ?? []).map(Math.abs));
      expect(Math.max(...found)).toBeCloseTo(farthest, 8);
      const sign = (expected ?? []).includes(farthest) ? 1 : -1;
      for (const [place, value] of found.entries()) {
        expect(value).toBeCloseTo(sign * (expected?.[place] as number), 8);
      }
    }
    const svg = await picture.toSvg();
    for (const [place, share] of shares.entries()) {
      expect(svg).toContain(
        `component ${place + 1}, ${(100 * share).toFixed(0)} % of the variance`,
      );
    }
    for (const store of 'abcdef') expect(svg).toContain(`>${store}</text>`);
    const plain = await plotEmbeddings(learn, 'year', { labels: false, width: 100 }).toSvg();
    expect(plain).not.toContain('>2014</text>');
    free();
  });
});
