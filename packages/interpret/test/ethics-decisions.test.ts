import { DataBunch, Learner, memory, nn, TensorDataset, tensor, tidy, torch } from '@flambeau/core';
import {
  auditRecord,
  coverageCurve,
  deferralByGroup,
  exposureReport,
  predictOrDefer,
  simulateFeedback,
  toJsonLines,
} from '@flambeau/interpret';
import { Image } from '@flambeau/vision';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

describe('exposureReport', () => {
  it('compares the shares of groups over time with the first or a given one', () => {
    const groups = ['a', 'b', 'a', 'b', 'a', 'a', 'a', 'b'];
    const periods = [1, 1, 2, 2, 2, 2, 10, 10];
    const { rows, table, plot } = exposureReport(groups, periods);
    expect(
      rows.map(({ period, group, n, share, ratio }) => [period, group, n, share, ratio]),
    ).toEqual([
      ['1', 'a', 1, 0.5, 1],
      ['1', 'b', 1, 0.5, 1],
      ['2', 'a', 3, 0.75, 1.5],
      ['2', 'b', 1, 0.25, 0.5],
      ['10', 'a', 1, 0.5, 1],
      ['10', 'b', 1, 0.5, 1],
    ]);
    expect(plot.series.map(({ name, y }) => [name, y])).toEqual([
      ['a', [0.5, 0.75, 0.5]],
      ['b', [0.5, 0.25, 0.5]],
    ]);
    expect(table.rows[2]).toEqual(['2', 'a', '3', '0.750', '1.50']);
    const [a, b] = exposureReport(['a', 'b'], [1, 1], { baseline: { a: 0.25 } }).rows;
    expect([a?.ratio, b?.ratio]).toEqual([2, Number.POSITIVE_INFINITY]);
    const never = exposureReport(['a', 'a'], [1, 2], { baseline: { a: 0.5, b: 0.5 } }).rows;
    expect(never.map(({ group, n, ratio }) => [group, n, ratio])).toEqual([
      ['a', 1, 2],
      ['b', 0, 0],
      ['a', 1, 2],
      ['b', 0, 0],
    ]);
    expect(() => exposureReport(['a'], [1], { baseline: { a: 50 } })).toThrow('item 0 is 50');
    expect(() => exposureReport([], [])).toThrow('nothing was shown');
    expect(() => exposureReport(['a'], [])).toThrow('0 values for 1 items');
  });
});

describe('simulateFeedback', () => {
  expectNoLeaks();

  const groups = [
    { name: 'known', candidates: 500, rate: 0.6, firstEstimate: 0.6 },
    { name: 'underestimated', candidates: 500, rate: 0.6, firstEstimate: 0.3 },
  ];
  const last = (rows: ReturnType<typeof simulateFeedback>) => rows.at(-1);

  it('never finds out about a group that is not selected', () => {
    const rows = simulateFeedback(groups);
    expect(rows).toHaveLength(40);
    expect(last(rows)).toMatchObject({ round: 19, group: 'underestimated', selected: 0, share: 0 });
    expect(last(rows)?.estimate).toBe(0.3);
    expect(rows.at(-2)?.estimate).toBeCloseTo(0.6, 1);
  });

  it('finds out where some are drawn at random', () => {
    const row = last(simulateFeedback(groups, { explore: 0.2, rounds: 40 }));
    expect(row?.estimate).toBeGreaterThan(0.55);
    expect(row?.share).toBeGreaterThan(0.2);
  });

  it('is the same for the same seed', () => {
    const options = { rounds: 3, explore: 0.5 };
    const rows = simulateFeedback(groups, { ...options, seed: 1 });
    expect(simulateFeedback(groups, { ...options, seed: 1 })).toEqual(rows);
    expect(simulateFeedback(groups, { ...options, seed: 2 })).not.toEqual(rows);
    expect(rows.filter(({ round }) => round === 0).reduce((sum, it) => sum + it.selected, 0)).toBe(
      200,
    );
    expect(() => simulateFeedback(groups, { explore: 2 })).toThrow(
      'explore: expected numbers from 0 to 1, item 0 is 2',
    );
    expect(() => simulateFeedback(groups, { capacity: 1001 })).toThrow(
      'up to 1000 candidates and a deviation, got capacity = 1001',
    );
    for (const [name, value] of [
      ['rounds', -1],
      ['rounds', 1.5],
      ['capacity', 1.5],
      ['firstSupport', -5],
      ['noise', Number.NaN],
    ] as const) {
      expect(() => simulateFeedback(groups, { [name]: value })).toThrow(`${name} = ${value}`);
    }
    const half = { name: 'half', candidates: 2.5, rate: 0.5, firstEstimate: 0.5 };
    expect(() => simulateFeedback([half])).toThrow('candidates of half = 2.5');
  });
});

describe('deferral', () => {
  expectNoLeaks();

  /** Its logits are the item itself. */
  function learner(classes = 2): { learn: Learner; free: () => void } {
    const [x, y] = [torch.zeros([2, classes]), torch.zeros([2], { dtype: 'int64' })];
    const rows = new TensorDataset(x, y);
    const data = DataBunch.create(rows, rows, { bs: 2, device: 'cpu' });
    const learn = new Learner(data, new nn.Identity(), { lossFunc: new nn.CrossEntropyLoss() });
    const free = () => {
      for (const tensor of [x, y]) tensor.dispose();
    };
    return { learn, free };
  }

  it('decides when it is sure, else asks a person', async () => {
    const { learn, free } = learner();
    const [sure, unsure] = [tensor([3, 0]), tensor([0, 0.1])];
    const minConfidence = 0.9;
    expect(await predictOrDefer(learn, sure, { minConfidence })).toMatchObject({
      decision: 0,
      deferred: false,
      reason: 'confidence 0.953 is at least 0.9',
    });
    const asked: unknown[] = [];
    const reviewer = async (item: unknown, { label }: { label: unknown }) => {
      asked.push(item, label);
      return 'mine';
    };
    expect(await predictOrDefer(learn, unsure, { minConfidence, reviewer })).toMatchObject({
      decision: 'mine',
      deferred: true,
      reason: 'confidence 0.525 is below 0.9',
    });
    expect(asked[0]).toBe(unsure);
    expect(asked[1]).toBe(1);
    expect((await predictOrDefer(learn, unsure, { minConfidence })).decision).toBeNull();
    await expect(predictOrDefer(learn, sure, { minConfidence: 90 })).rejects.toThrow('got 90');
    learn.lossFunc = new nn.MSELoss();
    await expect(predictOrDefer(learn, sure, { minConfidence })).rejects.toThrow(
      'probabilities of classes, got [2], sum 3',
    );
    for (const tensor of [sure, unsure]) tensor.dispose();
    free();
  });

  it('has a curve, and rates by group', () => {
    const confidences = [0.5, 0.6, 0.9, 0.95];
    const curve = coverageCurve(confidences, [false, true, true, true], [0.5, 0.6, 0.99]);
    expect(
      curve.map(({ coverage, accuracy }) => [coverage.count, accuracy.count, accuracy.of]),
    ).toEqual([
      [4, 3, 4],
      [3, 3, 3],
      [0, 0, 0],
    ]);
    expect(coverageCurve([0.7], [true]).map(({ minConfidence }) => minConfidence)).toEqual([
      0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95,
    ]);
    expect(() => coverageCurve([0.7], [])).toThrow('got 1 and 0');
    const { rows, table } = deferralByGroup(confidences, ['a', 'a', 'b', null], 0.8);
    expect(rows.map(({ group, deferred }) => [group, deferred.count, deferred.of])).toEqual([
      ['a', 2, 2],
      ['b', 0, 1],
      ['(missing)', 0, 1],
    ]);
    expect(table.rows[0]?.slice(0, 2)).toEqual(['a', '2']);
  });
});

describe('audit records', () => {
  expectNoLeaks();

  const given = { modelVersion: '3', dataVersion: '2015-07', decision: 'yes' };

  it('hold versions, time, decision and a hash of the input', () => {
    const time = new Date(Date.UTC(2020, 1, 3));
    const record = auditRecord({ ...given, input: 'abc', time });
    expect(record).toEqual({
      ...given,
      time: '2020-02-03T00:00:00.000Z',
      // sha256 of the JSON text "abc", with its quotes.
      inputHash: 'sha256:6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25',
      override: null,
    });
    const lines = toJsonLines([record, auditRecord({ ...given, input: 1, override: 'no' })]);
    const parsed = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(parsed[0]).toEqual(record);
    expect(parsed[1]).toMatchObject({ override: 'no' });
    expect(lines.endsWith('\n')).toBe(true);
    expect(() => auditRecord({ ...given, inputs: 1 } as never)).toThrow("no option 'inputs'");
  });

  it('free what hashing a tensor takes', () => {
    const input = tensor([[1, 2]]);
    const before = memory.liveTensors();
    auditRecord({ ...given, input: { input } });
    expect(memory.liveTensors()).toBe(before);
    input.dispose();
  });

  it('have the same hash for the same input', () =>
    tidy(() => {
      const hash = (input: unknown) => auditRecord({ ...given, input }).inputHash;
      expect(hash({ a: 1, b: { d: 2, c: 3 } })).toBe(hash({ b: { c: 3, d: 2 }, a: 1 }));
      expect(hash({ a: 1 })).not.toBe(hash({ a: 2 }));
      expect(hash(tensor([1, 2]))).toBe(hash(tensor([1, 2])));
      expect(hash(tensor([1, 2]))).not.toBe(hash(tensor([[1, 2]])));
      expect(hash(tensor([1], { dtype: 'int64' }))).not.toBe(hash(tensor([1])));
      expect(hash(new Uint8Array([1]))).not.toBe(hash(new Uint8Array([2])));
      expect(hash(5n)).not.toBe(hash(5));
      expect(hash(new Date(0))).not.toBe(hash(new Date(1)));
    }));

  it('have another hash for another input, also where JSON has one text for both', () =>
    tidy(() => {
      const hash = (input: unknown) => auditRecord({ ...given, input }).inputHash;
      const { NaN: none, POSITIVE_INFINITY: infinite } = Number;
      const different = [null, none, infinite, -infinite, 'NaN', 'null', undefined, 5n, '5n', 0];
      const tensors = [tensor([none]), tensor([infinite]), tensor([0])];
      const nested = [[none], [null], {}, [], [undefined]];
      const images = [0, 1].map((value) => new Image(torch.full([3, 2, 2], value).float()));
      const all = [...different, ...tensors, ...nested, ...images];
      expect(new Set(all.map(hash)).size).toBe(all.length);
      expect(() => hash(new Map())).toThrow('plain data, bytes or tensors, got a Map');
      expect(() => hash({ a: [() => 1] })).toThrow('got a Function');
    }));
});
