import { manualSeed, tensor, tidy, torch } from '@flambeau/core';
import { RegressionInterpretation } from '@flambeau/interpret';
import { FillMissing, Normalize, TabularList, tabularLearner } from '@flambeau/tabular';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

function of(preds: number[], targets: number[], log = false): RegressionInterpretation {
  return tidy(() => {
    const [p, t] = [tensor(preds), tensor(targets)];
    const losses = p.sub(t).square();
    return new RegressionInterpretation({ preds: p.unsqueeze(1), targets: t, losses, log });
  });
}

describe('RegressionInterpretation', () => {
  expectNoLeaks();

  it('has the residuals of predictions', () => {
    using interp = of([110, -80, 5], [100, -100, 5]);
    expect(interp.residuals()).toEqual([
      { index: 0, prediction: 110, actual: 100, error: 10, percentage: 10 },
      { index: 1, prediction: -80, actual: -100, error: 20, percentage: 20 },
      { index: 2, prediction: 5, actual: 5, error: 0, percentage: 0 },
    ]);
  });

  it('lists the largest and the smallest, by percentage or absolute', () => {
    using interp = of([110, 30, 1005], [100, 20, 1000]);
    expect(`${interp.residualTable()}`).toBe(
      [
        'Row  Prediction  Actual  Error  Error %',
        '1    30          20      10     50.0',
        '0    110         100     10     10.0',
        '2    1005        1000    5      0.5',
      ].join('\n'),
    );
    const rows = (...args: Parameters<RegressionInterpretation['residualTable']>) =>
      interp.residualTable(...args).rows.map(([row]) => row);
    expect(rows(2, { largest: false })).toEqual(['2', '0']);
    expect(rows(3, { by: 'absolute' })).toEqual(['0', '1', '2']);
    expect(() => interp.residualTable(1, { order: 'up' } as object)).toThrow("no option 'order'");
  });

  it('gives numbers for logarithms', () => {
    using interp = of([Math.log(110)], [Math.log(100)], true);
    expect(interp.residuals()[0]?.percentage).toBeCloseTo(10, 4);
    expect(interp.residuals()[0]?.actual).toBeCloseTo(100, 4);
  });

  it('has infinite percentages of 0, unless it is predicted', () => {
    using interp = of([0, 2, 3, -1], [0, 0, 2, 0]);
    expect(interp.residuals().map(({ percentage }) => percentage)).toEqual([
      0,
      Number.POSITIVE_INFINITY,
      50,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(interp.residualTable().rows.map(([row]) => row)).toEqual(['1', '3', '2', '0']);
  });

  it('lists the largest error of each group', () => {
    using interp = of([110, 30, 1005, 90], [100, 20, 1000, 100]);
    const table = interp.largestErrorsBy(['a', 'b', null, 'a']);
    expect(table.rows.map((row) => row.slice(0, 3))).toEqual([
      ['b', '1', '1'],
      ['a', '2', '0'],
      ['(missing)', '1', '2'],
    ]);
    expect(() => interp.largestErrorsBy(['a'])).toThrow('groups has 1 values for 4 items');
    expect(() => interp.largestErrorsBy('Store')).toThrow('needs results of a learner');
  });

  it('has predictions that are no numbers first', () => {
    using interp = of([3, Number.NaN, 2, 1, Number.NaN], [1, 1, 1, 0, 1]);
    const rows = interp.residualTable().rows.map(([row]) => row);
    expect(rows).toEqual(['1', '4', '3', '0', '2']);
    expect(interp.residualTable(5, { largest: false }).rows[0]?.[0]).toBe('2');
    const table = interp.largestErrorsBy(['a', 'a', 'b', 'c', 'd']);
    expect(table.rows.map((row) => `${row[0]}${row[2]}`)).toEqual(['a1', 'c3', 'd4', 'b2']);
    expect(() => interp.residualTable(-1)).toThrow('from 0 to 5, got -1');
    expect(() => interp.residualTable(1, { by: 'abs' as 'absolute' })).toThrow("got 'abs'");
  });

  it('refuses several numbers for an item', () =>
    tidy(() => {
      const [preds, targets] = [torch.zeros([3, 2]), torch.zeros([3])];
      expect(
        () => new RegressionInterpretation({ preds, targets, losses: torch.zeros([3]) }),
      ).toThrow('one number for each item, got [3,2] and [3]');
    }));

  it('knows the variables of a table, and whether its targets are logarithms', async () => {
    const df = pl.DataFrame({
      store: [1, 2, 1, 2, 1, 2, 1, 2],
      size: [1, 2, 3, 4, 5, 6, 7, 8],
      sales: [10, 20, 30, 40, 50, 60, 70, 80],
    });
    manualSeed(1);
    const list = TabularList.fromDf(df, { contNames: ['size'], procs: [FillMissing, Normalize] });
    using data = list
      .splitByIdx([5, 6, 7])
      .labelFromDf('sales', { log: true })
      .databunch({ bs: 2, device: 'cpu' });
    using learn = tabularLearner(data, { layers: [4], silent: true });
    using interp = await RegressionInterpretation.fromLearner(learn);
    expect(interp.log).toBe(true);
    const actuals = interp.residuals().map(({ actual }) => actual);
    for (const [i, sales] of [60, 70, 80].entries()) expect(actuals[i]).toBeCloseTo(sales, 3);
    const table = interp.residualTable(2);
    expect(table.columns.map(({ name }) => name).slice(5)).toEqual(['size']);
    expect(table.rows).toHaveLength(2);
    const byStore = interp.largestErrorsBy('store');
    expect(byStore.columns[0]?.name).toBe('store');
    expect(new Map(byStore.rows.map(([store, n]) => [store, n]))).toEqual(
      new Map([
        ['2', '2'],
        ['1', '1'],
      ]),
    );
    learn.model.dispose();
  });
});
