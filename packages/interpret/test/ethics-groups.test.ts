import { metrics, tensor, tidy, torch } from '@flambeau/core';
import {
  accuracyGap,
  confusionByGroup,
  gapLines,
  metricsByGroup,
  regressionByGroup,
  thresholdReport,
  wilsonInterval,
} from '@flambeau/interpret';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

describe('numbers by group', () => {
  expectNoLeaks();

  it('measures the gaps of the Gender Shades study (J107)', () => {
    const of = (...percent: number[]) => {
      const names = ['darker male', 'darker female', 'lighter male', 'lighter female'];
      return accuracyGap(
        Object.fromEntries(names.map((name, i) => [name, (percent[i] as number) / 100])),
      );
    };
    const microsoft = of(94, 79.2, 100, 98.3);
    expect(microsoft.gap).toBeCloseTo(0.208, 9);
    expect(microsoft.errorRatio).toBe(Number.POSITIVE_INFINITY);
    const facePlus = of(99.3, 65.5, 99.2, 94);
    expect(facePlus.gap).toBeCloseTo(0.338, 9);
    expect(facePlus.errorRatio).toBeCloseTo(49.29, 2);
    const ibm = of(88, 65.3, 99.7, 92.9);
    expect(ibm).toMatchObject({ best: 'lighter male', worst: 'darker female' });
    expect(ibm.gap).toBeCloseTo(0.344, 9);
    expect(ibm.errorRatio).toBeCloseTo(115.67, 2);
    expect(accuracyGap({ a: 1, b: 1 }).errorRatio).toBe(1);
    expect(() => accuracyGap({})).toThrow('got no group');
    expect(() => accuracyGap({ a: 94 })).toThrow("got 94 of 'a'");
  });

  it('counts errors by group (J108)', () => {
    const y = [1, 1, 0, 0, 1, 0, 1, 0];
    const pred = [1, 0, 0, 1, 1, 0, 1, 1];
    const { groups } = confusionByGroup(pred, y, [...'AABBAABB']);
    const [a, b] = groups;
    expect(a).toMatchObject({ group: 'A', n: 4, isSmall: true });
    expect(a?.accuracy).toMatchObject({ count: 3, of: 4, value: 0.75 });
    expect(a?.falsePositiveRate).toMatchObject({ count: 0, of: 1 });
    expect(a?.falseNegativeRate).toMatchObject({ count: 1, of: 3 });
    expect(b).toMatchObject({ group: 'B', n: 4 });
    expect(b?.accuracy).toMatchObject({ value: 0.5 });
    expect(b?.falsePositiveRate).toMatchObject({ count: 2, of: 3 });
    expect(b?.falseNegativeRate).toMatchObject({ count: 0, of: 1 });
    expect(b?.matrix).toEqual([
      [1, 2],
      [0, 1],
    ]);
  });

  it('has Wilson intervals (J109)', () => {
    const rounded = (count: number, of: number) => {
      const { low, high } = wilsonInterval(count, of);
      return [low, high].map((end) => Number(end.toFixed(6)));
    };
    expect(rounded(9, 10)).toEqual([0.59585, 0.982124]);
    expect(rounded(653, 1000)).toEqual([0.622962, 0.681867]);
    expect(rounded(0, 5)).toEqual([0, 0.434482]);
    expect(wilsonInterval(7, 7).high).toBe(1);
    expect(() => wilsonInterval(3, 2)).toThrow('got 3 / 2');
    expect(() => wilsonInterval(0, 0)).toThrow('got 0 / 0');
    expect(() => wilsonInterval(1, 2, 95)).toThrow('and 95');
  });

  it('gives rates that no item has as none, and ratios over 0 as infinite', () => {
    const report = confusionByGroup([0, 1, 1], [0, 0, 1], ['a', 'b', 'c'], { minSupport: 1 });
    const [a, , c] = report.groups;
    expect(a?.falseNegativeRate.value).toBeNaN();
    expect(c?.falsePositiveRate.of).toBe(0);
    expect(report.gaps.falsePositiveRate).toEqual({
      lowest: 'a',
      highest: 'b',
      gap: 1,
      ratio: Number.POSITIVE_INFINITY,
    });
    expect(report.gaps.falseNegativeRate?.ratio).toBe(1);
    expect(a?.isSmall).toBe(false);
    const text = `${report.table}`;
    expect(text).toContain('1.000, ratio infinite');
    expect(text).toContain('none');
  });

  it('tells several classes apart, one against all others', () => {
    const report = confusionByGroup([2, 1, 0], [2, 2, 0], ['g', 'g', 'g'], { positive: 2 });
    expect(report.groups[0]?.matrix).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 1],
    ]);
    expect(report.groups[0]?.falseNegativeRate).toMatchObject({ count: 1, of: 2 });
    expect(report.groups[0]?.positivePredictiveValue).toMatchObject({ count: 1, of: 1 });
    expect(() => confusionByGroup([1, 0], [1], ['g', 'g'])).toThrow('got 2 and 1');
    expect(() => confusionByGroup([], [], [])).toThrow('got 0 and 0');
    expect(() => confusionByGroup([1], [1], ['g', 'h'])).toThrow('groups has 2 values for 1 items');
    expect(() => confusionByGroup([1], [1], ['g'], { postive: 1 } as object)).toThrow('no option');
  });

  it('keeps unknown groups apart, sorts numbers, and crosses columns if asked', () => {
    const ones = [1, 1, 1, 1];
    const namesOf = (groups: Parameters<typeof confusionByGroup>[2], intersections = false) =>
      confusionByGroup(ones, ones, groups, { intersections }).groups.map(
        ({ group, n }) => `${group}: ${n}`,
      );
    expect(namesOf([10, null, 9, Number.NaN])).toEqual(['9: 1', '10: 1', '(missing): 2']);
    expect(namesOf((index) => index % 2 === 0)).toEqual(['false: 2', 'true: 2']);
    const columns = { skin: ['d', 'd', 'l', null], sex: ['f', 'm', 'f', 'm'] };
    expect(namesOf(columns)).toEqual([
      'skin=d: 2',
      'skin=l: 1',
      'skin=(missing): 1',
      'sex=f: 2',
      'sex=m: 2',
    ]);
    expect(namesOf(columns, true)).toEqual([
      '(missing) / m: 1',
      'd / f: 1',
      'd / m: 1',
      'l / f: 1',
    ]);
  });

  it('measures metrics by group, with support, difference and gaps', () =>
    tidy(() => {
      const targets = tensor([0, 1, 1, 0, 1, 0, 0, 0], { dtype: 'int64' });
      const guesses = tensor([0, 1, 0, 0, 1, 0, 0, 0], { dtype: 'int64' });
      const preds = torch.eye(2).indexSelect(0, guesses);
      const report = metricsByGroup({ preds, targets }, [...'aaabbbbb'], {
        metrics: [metrics.accuracy, metrics.errorRate],
        minSupport: 4,
      });
      const [a, b] = report.groups;
      expect(report.overall.metrics.accuracy?.value).toBe(7 / 8);
      expect(a).toMatchObject({ group: 'a', n: 3, share: 3 / 8, isSmall: true });
      expect(a?.metrics.accuracy?.value).toBeCloseTo(2 / 3, 6);
      expect(a?.metrics.accuracy?.difference).toBeCloseTo(2 / 3 - 7 / 8, 6);
      expect(a?.metrics.accuracy?.low).toBeCloseTo(wilsonInterval(2, 3).low, 9);
      expect(b).toMatchObject({ n: 5, isSmall: false });
      expect(report.gaps.accuracy).toMatchObject({ best: 'b', worst: 'a' });
      expect(report.gaps.error_rate).toMatchObject({ best: 'b', worst: 'a' });
      expect(report.gaps.accuracy?.errorRatio).toBe(Number.POSITIVE_INFINITY);
      expect(gapLines(report.gaps)[0]).toBe(
        'accuracy: gap 0.3333, best b, worst a, error ratio infinite',
      );
      expect(report.table.rows.map(([group, n]) => `${group} ${n}`)).toEqual([
        'all 8',
        'a 3 (few)',
        'b 5',
      ]);
    }));

  it('resamples what is no share of items, the same for the same seed', () =>
    tidy(() => {
      const [preds, targets] = [torch.randn([60]), torch.randn([60])];
      const groups = (index: number) => index % 3;
      const of = (seed: number) =>
        metricsByGroup({ preds, targets }, groups, {
          metrics: [metrics.mae],
          resamples: 200,
          seed,
          minSupport: 10,
        });
      const report = of(1);
      for (const row of report.groups) {
        const { value, low, high } = row.metrics.mean_absolute_error ?? {};
        expect(low).toBeLessThan(value as number);
        expect(high).toBeGreaterThan(value as number);
      }
      expect(of(1)).toEqual(report);
      expect(of(2).groups[0]?.metrics).not.toEqual(report.groups[0]?.metrics);
      expect(report.gaps.mean_absolute_error?.errorRatio).toBeUndefined();
    }));

  it('has infinite percentages of a target of 0, unless it is predicted', () => {
    const { groups } = regressionByGroup([0, 1, 2], [0, 0, 4], ['a', 'b', 'a']);
    expect(groups.map(({ rmspe }) => rmspe)).toEqual([Math.sqrt(0.125), Number.POSITIVE_INFINITY]);
  });

  it('shows what thresholds do', () => {
    const report = thresholdReport([0.2, 0.6, 0.5, 0.9], [0, 1, 0, 1], [...'aabb'], {
      thresholds: [0.5, 0.7],
    });
    const [low, high] = report.rows;
    expect(low?.threshold).toBe(0.5);
    expect(low?.groups.map(({ falsePositiveRate }) => falsePositiveRate.count)).toEqual([0, 1]);
    expect(high?.groups.map(({ falseNegativeRate }) => falseNegativeRate.count)).toEqual([1, 0]);
    expect(report.table.rows.map(([threshold, group]) => `${threshold}${group}`)).toEqual([
      '0.5a',
      '0.5b',
      '0.7a',
      '0.7b',
    ]);
  });

  it('takes tensors, of one number for each item', () =>
    tidy(() => {
      const labels = tensor([1, 0], { dtype: 'int64' });
      expect(confusionByGroup(labels, labels, ['a', 'b']).groups).toHaveLength(2);
      expect(() => confusionByGroup(torch.zeros([2, 2]), labels, ['a', 'b'])).toThrow(
        'one number for each item, got [2,2]',
      );
    }));
});

describeWithOracle('errors by group', (oracle) => {
  it('are as NumPy computes them', () =>
    oracle.compare(
      ({ preds, targets }) => {
        const { overall, groups } = regressionByGroup(preds, targets, (index) => index % 2, {
          log: true,
        });
        return [overall, ...groups].map(({ rmse, mae, meanError, rmspe }) =>
          tensor([rmse, mae, meanError, rmspe], { dtype: 'float64' }),
        );
      },
      `
def errors(p, t):
    e = p - t
    return torch.stack([e.square().mean().sqrt(), e.abs().mean(), e.mean(), (e / t).square().mean().sqrt()])
p, t = preds.exp(), targets.exp()
result = [errors(p, t), errors(p[::2], t[::2]), errors(p[1::2], t[1::2])]`,
      { preds: torch.randn([31]).double(), targets: torch.randn([31]).double() },
    ));

  it('are as scikit-learn counts them', async () => {
    const [predicted, targets] = [torch.randint(0, 2, [80]), torch.randint(0, 2, [80])];
    await oracle.compare(
      (given) => {
        const { groups } = confusionByGroup(given.predicted, given.targets, (i) => i % 3 === 0);
        return groups.map(({ matrix, positivePredictiveValue, falseNegativeRate }) => [
          tensor(matrix as number[][], { dtype: 'int64' }),
          tensor([positivePredictiveValue.value, 1 - falseNegativeRate.value], {
            dtype: 'float64',
          }),
        ]);
      },
      `
from sklearn.metrics import confusion_matrix, precision_score, recall_score
result = []
for rows in [torch.arange(80) % 3 != 0, torch.arange(80) % 3 == 0]:
    y, p = targets[rows], predicted[rows]
    scores = [precision_score(y, p), recall_score(y, p)]
    result.append([torch.tensor(confusion_matrix(y, p)), torch.tensor(scores, dtype=torch.float64)])`,
      { predicted, targets },
    );
  });
});
