import { tensor, torch } from '@flambeau/core';
import {
  checkEvaluationOnly,
  datasetReport,
  driftReport,
  featureAudit,
  holdOutRecent,
  psi,
} from '@flambeau/interpret';
import pl from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

describe('psi', () => {
  it('is the golden one (J110)', () => {
    expect(psi([0.5, 0.3, 0.2], [0.4, 0.4, 0.2])).toBeCloseTo(0.0510826, 7);
    expect(psi([0.5, 0.3, 0.2], [0.5, 0.3, 0.2])).toBe(0);
    expect(psi([5, 3, 2], [40, 40, 20])).toBeCloseTo(0.0510826, 7);
  });

  it('is finite for empty bins', () => {
    expect(psi([1, 0], [0.5, 0.5])).toBeCloseTo(
      -0.5 * Math.log(0.5) + (0.5 - 1e-4) * Math.log(0.5 / 1e-4),
      9,
    );
    expect(() => psi([1], [1, 0])).toThrow('got [1] and [1,0]');
    expect(() => psi([1, -1], [1, 0])).toThrow('as many bins');
    expect(() => psi([0, 0], [1, 0])).toThrow('as many bins');
    expect(() => psi([Number.POSITIVE_INFINITY, 1], [1, 1])).toThrow('[Infinity,1]');
  });
});

describe('driftReport', () => {
  it('flags columns, and groups within them', () => {
    const before = { kind: ['a', 'a', 'b', 'b'], sex: ['f', 'm', 'f', 'm'] };
    const now = { kind: ['a', 'c', 'b', null], sex: ['f', 'm', 'f', 'x'] };
    const { rows, table } = driftReport(before, now, { group: 'sex' });
    const [kind, female, male, other, sex] = rows;
    expect(kind).toMatchObject({ column: 'kind', group: undefined, n: [4, 4], unseen: 0.25 });
    expect(kind?.flag).toBe('alert');
    expect(female).toMatchObject({ group: 'f', n: [2, 2], psi: 0, flag: 'stable' });
    expect(male).toMatchObject({ group: 'm', n: [2, 1], unseen: 1, flag: 'alert' });
    expect(other).toMatchObject({ group: 'x', n: [0, 1], flag: 'unknown' });
    expect(other?.psi).toBeNaN();
    expect(sex).toMatchObject({ column: 'sex', group: undefined });
    expect(table.rows[3]).toEqual(['kind', 'x', '0', '1', 'none', 'none', 'unknown']);
  });

  it('has seen what the reference has in another group', () => {
    const before = { kind: ['a', 'b'], sex: ['f', 'm'] };
    const { rows } = driftReport(before, { kind: ['b', 'c'], sex: ['f', 'f'] }, { group: 'sex' });
    expect(rows[1]).toMatchObject({ group: 'f', unseen: 0.5 });
  });

  it('counts what is no number among numbers apart', () => {
    const before = { size: Array.from({ length: 20 }, (_, i) => i) };
    const [row] = driftReport(before, { size: [...before.size.slice(0, 18), 'x', null] }).rows;
    const expected = psi([...new Array(10).fill(2), 0, 0], [...new Array(9).fill(2), 0, 1, 1]);
    expect(row?.psi).toBeCloseTo(expected, 9);
    expect(() => driftReport(before, before, { bins: 1 })).toThrow('from 2 up, got 1');
  });

  it('counts numbers in ranges of the reference', () => {
    const before = { size: Array.from({ length: 100 }, (_, i) => i) };
    const same = driftReport(before, { size: [...before.size].reverse() });
    expect(same.rows[0]).toMatchObject({ psi: 0, flag: 'stable' });
    expect(same.rows[0]?.unseen).toBeNaN();
    const half = { size: before.size.map((value) => value / 2) };
    const [row] = driftReport(before, half).rows;
    const expected = psi(new Array(10).fill(10), [20, 20, 20, 20, 20, 0, 0, 0, 0, 0]);
    expect(row?.psi).toBeCloseTo(expected, 6);
    const at = (watch: number, alert: number) =>
      driftReport(before, half, { watch, alert }).rows[0]?.flag;
    expect([at(9, 10), at(0.1, 10), at(0.1, 0.2)]).toEqual(['stable', 'watch', 'alert']);
  });

  it('takes frames, and says which column is not there', () => {
    const before = pl.DataFrame({ kind: ['a', 'b'] });
    expect(driftReport(before, before).rows).toHaveLength(1);
    expect(() => driftReport(before, { other: [1] })).toThrow(
      "driftReport, current: there is no column 'kind' among other",
    );
    expect(() => driftReport({ kind: [] }, before)).toThrow(
      'reference: expected a table with rows',
    );
    expect(() => driftReport(before, before, { group: 'sex' })).toThrow("no column 'sex'");
    expect(() => driftReport(before, before, { groups: 'sex' } as object)).toThrow('no option');
  });
});

describe('datasetReport', () => {
  const table = {
    country: ['US', 'US', 'US', 'GB', 'US', 'GB'],
    part: ['train', 'train', 'train', 'train', 'valid', 'valid'],
    label: [1, 0, 1, 0, 1, 1],
    age: [30, null, 20, 40, 50, Number.NaN],
    size: [1, 2, 3, 4, 5, 6],
    size_na: [false, false, true, false, false, false],
  };

  it('says who is in the data, with their labels and gaps', () => {
    const report = datasetReport(table, {
      groups: 'country',
      split: 'part',
      label: 'label',
      reference: { US: 0.5, FR: 0.5 },
      minSupport: 2,
    });
    expect(report.rows.map(({ split, group, n, isSmall }) => [split, group, n, isSmall])).toEqual([
      ['train', 'GB', 1, true],
      ['train', 'US', 3, false],
      ['train', 'FR', 0, true],
      ['valid', 'GB', 1, true],
      ['valid', 'US', 1, true],
      ['valid', 'FR', 0, true],
    ]);
    const [trainGb, trainUs, trainFr, validGb] = report.rows;
    expect(trainFr).toMatchObject({ share: 0, difference: -0.5 });
    expect(trainUs).toMatchObject({ share: 0.75, difference: 0.25 });
    expect(trainUs?.labelRate).toMatchObject({ count: 2, of: 3 });
    expect(trainUs?.missing).toEqual({ age: 1 / 3, size: 1 / 3 });
    expect(trainGb?.difference).toBe(0.25);
    expect([trainFr?.missing, trainGb?.missing]).toEqual([{}, {}]);
    expect(validGb?.missing).toEqual({ age: 1 });
    expect(report.table.rows[1]?.slice(0, 5)).toEqual(['train', 'US', '3', '0.750', '0.250']);
  });

  it('needs neither parts nor labels, and crosses columns', () => {
    const { rows, table: text } = datasetReport(table, { groups: ['country', 'part'] });
    expect(rows.map(({ group, n }) => `${group}: ${n}`)).toEqual([
      'GB / train: 1',
      'GB / valid: 1',
      'US / train: 3',
      'US / valid: 1',
    ]);
    expect(rows[0]?.labelRate).toBeUndefined();
    expect(text.columns.map(({ name }) => name)).toEqual([
      'part',
      'group',
      'n',
      'share',
      'missing',
    ]);
    expect(() => datasetReport(table, { groups: 'sex' })).toThrow("no column 'sex'");
    expect(() => datasetReport(table, { groups: 'part', splits: 1 } as never)).toThrow('no option');
    expect(() => datasetReport(table, { groups: [] })).toThrow('lists under their names');
    expect(() => datasetReport({}, { groups: 'part' })).toThrow('expected a table with rows');
    expect(() => datasetReport({ a: [1, 2], b: [1] }, { groups: 'a' })).toThrow(
      "column 'b' has 1 values, column 'a' has 2",
    );
    const reference = { US: 60, GB: 40 };
    expect(() => datasetReport(table, { groups: 'country', reference })).toThrow('item 0 is 60');
  });
});

describe('datasetReport of labels', () => {
  const of = (label: readonly unknown[], options = {}) =>
    datasetReport(
      { group: ['a', 'a', 'b'], label },
      { groups: 'group', label: 'label', ...options },
    ).rows.map(({ labelRate }) => `${labelRate?.count}/${labelRate?.of}`);

  it('takes flags as they are, leaves out rows without a label, and asks for the name of others', () => {
    expect(of([true, false, true])).toEqual(['1/2', '1/1']);
    expect(of([1n, null, 0n])).toEqual(['1/1', '0/1']);
    expect(of([null, Number.NaN, 1])).toEqual(['0/0', '1/1']);
    expect(of(['yes', 'no', null], { positive: 'yes' })).toEqual(['1/2', '0/0']);
    expect(() => of(['yes', 'no', null])).toThrow("are not 0 and 1, got 'yes'");
    expect(() => of([2, 1, 0])).toThrow("got '2'");
  });
});

describe('holdOutRecent', () => {
  it('holds out the last share, whole moments of it', () => {
    const times = ['2015-06-03', '2015-06-01', '2015-06-03', '2015-06-02', '2015-06-01'];
    const { rows, periods, table } = holdOutRecent(times);
    expect(rows).toEqual([0, 2]);
    expect(periods).toEqual([
      { part: 'train', n: 3, from: '2015-06-01', until: '2015-06-02' },
      { part: 'valid', n: 2, from: '2015-06-03', until: '2015-06-03' },
    ]);
    expect(table.rows[1]).toEqual(['valid', '2', '2015-06-03', '2015-06-03']);
    expect(holdOutRecent(times, { share: 0.5 }).rows).toEqual([0, 2, 3]);
    expect(holdOutRecent([3, 1, 2], { share: 0.01 }).rows).toEqual([0]);
    const days = Array.from({ length: 100 }, (_, day) => day);
    expect(holdOutRecent(days, { share: 0.07 }).rows).toHaveLength(7);
    const dates = [2, 1].map((day) => new Date(Date.UTC(2020, 0, day)));
    expect(holdOutRecent(dates).periods[1]?.from).toBe('2020-01-02T00:00:00.000Z');
  });

  it('says what it cannot order', () => {
    expect(() => holdOutRecent([1, 1])).toThrow('nothing is left to train on, all of 2 items');
    expect(() => holdOutRecent([1, '2'])).toThrow('item 1 is 2');
    expect(() => holdOutRecent([1, Number.NaN])).toThrow('item 1 is NaN');
    expect(() => holdOutRecent([])).toThrow('item 0 is undefined');
    expect(() => holdOutRecent([1, 2], { share: 1 })).toThrow('got 1');
  });
});

describe('featureAudit', () => {
  expectNoLeaks();

  it('finds what stands for a sensitive attribute', () => {
    const audit = featureAudit(
      {
        sex: ['f', 'f', 'm', 'm'],
        title: ['Ms', 'Ms', 'Mr', 'Mr'],
        day: ['a', 'b', 'a', 'b'],
        one: [1, 1, 1, 1],
      },
      'sex',
    );
    expect(audit.proxies).toEqual(['title']);
    expect(audit.features[0]).toMatchObject({ feature: 'title', n: 4, cramersV: 1 });
    expect(audit.features[0]?.mutualInformation).toBeCloseTo(Math.log(2), 9);
    expect(audit.features.slice(1).map(({ cramersV }) => cramersV)).toEqual([0, 0]);
    expect(audit.table.rows[0]).toEqual(['title', '4', '1.0000', '0.6931', 'yes']);
    expect(() => featureAudit({ a: [1] }, 'b')).toThrow("no column 'b' among a");
  });

  it('keeps sensitive columns out of a model', () => {
    const variables = { catNames: ['state', 'age_na'], contNames: ['size', 'age'] };
    expect(() => checkEvaluationOnly(['sex'], variables)).not.toThrow();
    expect(() => checkEvaluationOnly(['sex', 'age'], variables)).toThrow(
      'for evaluation only, the model is given: age_na, age',
    );
  });
});

describeWithOracle('associations', (oracle) => {
  it('are as SciPy and scikit-learn compute them', async () => {
    const [x, y] = [torch.randint(0, 4, [60]), torch.randint(0, 3, [60])];
    await oracle.compare(
      (given) => {
        const columns = Object.fromEntries(
          Object.entries(given).map(([name, it]) => [name, it.toArray() as unknown[]]),
        );
        const [found] = featureAudit(columns, 'y').features;
        return tensor([found?.cramersV as number, found?.mutualInformation as number], {
          dtype: 'float64',
        });
      },
      `
from scipy.stats.contingency import association, crosstab
from sklearn.metrics import mutual_info_score
table = crosstab(x.numpy(), y.numpy()).count
result = torch.tensor([association(table), mutual_info_score(x, y)], dtype=torch.float64)`,
      { x, y },
    );
  });
});
