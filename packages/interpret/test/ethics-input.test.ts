import { metrics, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import {
  confusionByGroup,
  coverageCurve,
  deferralByGroup,
  type MetricsByGroupOptions,
  metricsByGroup,
  thresholdReport,
} from '@flambeau/interpret';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

describe('groups', () => {
  const of = (groups: unknown) => () => confusionByGroup([0, 1], [0, 1], groups as []);

  it('are a list, a function or lists by name', () => {
    expect(of('State')).toThrow('lists under their names, got String');
    expect(of(new Int32Array(2))).toThrow('got Int32Array');
    expect(of(null)).toThrow('got null');
    expect(of({})).toThrow('got Object');
    expect(of({ sex: 'f' })).toThrow('got Object');
    expect(of({ sex: ['f'] })).toThrow("column 'sex' has 1 values for 2 items");
  });
});

describe('class numbers', () => {
  it('are whole numbers below that of classes', () => {
    const of =
      (predicted: number[], options = {}) =>
      () =>
        confusionByGroup(predicted, [0, 1], ['a', 'b'], options);
    expect(of([Number.NaN, 1])).toThrow(
      'predicted: expected whole numbers from 0 to 1, item 0 is NaN',
    );
    expect(of([0, -1])).toThrow('item 1 is -1');
    expect(of([0, 1.5])).toThrow('item 1 is 1.5');
    expect(of([0, 2], { classes: 2 })).toThrow('from 0 to 1, item 1 is 2');
    const many = 'classes must be a whole number from 1 to 4096, got';
    expect(of([0, 1], { classes: 2.5 })).toThrow(`${many} 2.5`);
    expect(of([0, 100_000])).toThrow(`${many} 100001`);
    expect(of([0, 1], { positive: 3 })).toThrow(
      'positive: expected whole numbers from 0 to 1, item 0 is 3',
    );
  });
});

describe('scores and confidences', () => {
  const { NaN: none } = Number;

  it('are numbers: what is none would count as negative, or as sure', () => {
    expect(() => thresholdReport([0.5, none], [0, 1], ['a', 'b'])).toThrow('item 1 is NaN');
    const thresholds = [0.5, none];
    expect(() => thresholdReport([0.5], [0], ['a'], { thresholds })).toThrow('item 1 is NaN');
    expect(() => coverageCurve([none], [true])).toThrow('from 0 to 1, item 0 is NaN');
    expect(() => coverageCurve([0.5], [true], [50])).toThrow('from 0 to 1, item 0 is 50');
    expect(() => deferralByGroup([0.5, none], ['a', 'b'], 0.5)).toThrow('item 1 is NaN');
    expect(() => deferralByGroup([0.5], ['a'], 50)).toThrow('minConfidence must be from 0 to 1');
  });
});

describe('metricsByGroup', () => {
  expectNoLeaks();

  const measure = (preds: Tensor, options: MetricsByGroupOptions = {}) => {
    const targets = tensor([0, 1], { dtype: 'int64' });
    return metricsByGroup({ preds, targets }, ['a', 'b'], options);
  };

  it('needs a prediction for each target, and any', () =>
    tidy(() => {
      expect(() => measure(torch.zeros([3, 2]))).toThrow('got 3 and 2');
      const none = { preds: torch.zeros([0, 2]), targets: torch.zeros([0]) };
      expect(() => metricsByGroup(none, [])).toThrow('got 0 and 0');
    }));

  it('says which options it does not know', () =>
    tidy(() => {
      const of = (options: object) => () => measure(torch.eye(2), options);
      expect(of({ ci: 'wilsn' })).toThrow("ci must be 'wilson' or 'bootstrap', got 'wilsn'");
      expect(of({ ci: 'bootstrap', confidence: 95 })).toThrow('between 0 and 1, got 95');
      expect(of({ ci: 'bootstrap', resamples: 0 })).toThrow('from 1 up, got 0');
    }));

  it('needs to know which values of a metric are better', () =>
    tidy(() => {
      function wrong(pred: Tensor, target: Tensor) {
        return pred.argmax(1).ne(target).float().mean();
      }
      const of = (metric: typeof wrong) =>
        measure(torch.zeros([2, 2]), { metrics: [metric], resamples: 2 });
      expect(() => of(wrong)).toThrow("whether larger or smaller values of 'wrong' are better");
      const { gaps } = of(metrics.declareDirection('min', wrong));
      expect(gaps.wrong).toEqual({ best: 'a', worst: 'b', gap: 1 });
    }));

  it('has an interval of the resamples that have a value', () =>
    tidy(() => {
      const preds = torch.stack([torch.zeros([6]), torch.arange(6).float()], 1);
      const targets = tensor([0, 1, 0, 1, 1, 1], { dtype: 'int64' });
      const options = { metrics: [new metrics.AUROC()], resamples: 100 };
      const { overall } = metricsByGroup({ preds, targets }, () => 'all', options);
      const { value, low, high } = overall.metrics.auroc ?? {};
      expect(value).toBe(7 / 8);
      expect(low).toBeLessThan(7 / 8);
      expect(high).toBe(1);
    }));
});
