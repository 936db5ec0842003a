import {
  FloatList,
  manualSeed,
  metrics,
  nn,
  type Tensor,
  tensor,
  tidy,
  torch,
} from '@flambeau/core';
import {
  Categorify,
  DataError,
  embedding,
  embSzRule,
  FillMissing,
  getEmbSzs,
  Normalize,
  TabularList,
  type TabularListOptions,
  TabularModel,
  TabularProc,
  tabularLearner,
} from '@flambeau/tabular';
import pl, { type DataFrame } from 'nodejs-polars';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../core/test/liveTensors.js';

expectNoLeaks();

const df = pl.DataFrame({
  store: ['a', 'b', 'c', 'a', 'b', 'c', 'a', 'b'],
  open: [true, true, false, true, false, true, true, false],
  distance: [1.5, null, 3, 2, 5, 1, null, 2],
  sales: [100, 200, 300, 110, 190, 310, 105, 205],
});
const variables = {
  catNames: ['store', 'open'],
  contNames: ['distance'],
  procs: [FillMissing, Categorify, Normalize],
} as const satisfies TabularListOptions;

const salesOf = (frame: DataFrame, options: TabularListOptions = variables) =>
  TabularList.fromDf(frame, options)
    .splitByIdx([0, 1])
    .labelFromDf('sales', { labelCls: FloatList, log: true });

describe('TabularList', () => {
  it('makes numbers of rows by what the training rows have', () => {
    const test = pl.DataFrame([
      pl.Series('store', ['z', 'c', null], pl.Utf8),
      pl.Series('open', [false, null, true], pl.Bool),
      pl.Series('distance', [null, 2, 4], pl.Float64),
    ]);
    using data = salesOf(df).addTest(TabularList.fromDf(test, variables)).databunch({ bs: 3 });
    const { x } = data.trainDs;
    expect(x.catNames).toEqual(['store', 'open', 'distance_na']);
    expect(x.contNames).toEqual(['distance']);
    expect(x.classes).toEqual({
      store: ['#na#', 'a', 'b', 'c'],
      open: ['#na#', false, true],
      distance_na: ['#na#', false, true],
    });
    expect(x.tensors.cats.toArray()).toEqual([
      [3, 1, 1],
      [1, 2, 1],
      [2, 1, 1],
      [3, 2, 1],
      [1, 2, 2],
      [2, 1, 1],
    ]);
    expect(x.tensors.cats.dtype).toBe('int64');
    expect(x.tensors.conts.dtype).toBe('float32');
    expect(data.validDs.x.tensors.cats.toArray()).toEqual([
      [1, 2, 1],
      [2, 2, 2],
    ]);
    expect(data.lists.test?.x.tensors.cats.toArray()).toEqual([
      [0, 1, 2],
      [3, 0, 1],
      [0, 2, 1],
    ]);
    // Median 2 of 3, 2, 5, 1, 2; then mean 2.5 and deviation √1.9 of those and the filled value.
    const conts = data.validDs.x.tensors.conts.toArray() as number[][];
    const std = Math.sqrt(1.9);
    expect(conts[0]?.[0]).toBeCloseTo((1.5 - 2.5) / std, 5);
    expect(conts[1]?.[0]).toBeCloseTo((2 - 2.5) / std, 5);
  });

  it('keeps the lists of the caller as they are', () => {
    const catNames = ['store'];
    using data = salesOf(df, { ...variables, catNames }).databunch({ bs: 2 });
    expect(data.trainDs.x.catNames).toContain('distance_na');
    expect(catNames).toEqual(['store']);
  });

  it('gives batches of categories, numbers and targets', () => {
    using data = salesOf(df).databunch({ bs: 4 });
    tidy(() => {
      const batches = data.trainDl.batches();
      expect(batches.ready()).toBe(true);
      const [[cats, conts], y] = batches.take() as [[Tensor, Tensor], Tensor];
      expect([cats.shape, conts.shape, y.shape]).toEqual([[4, 3], [4, 1], [4]]);
      expect(batches.ready()).toBe(false);
    });
  });

  it('does with categories or numbers alone', () => {
    using cats = salesOf(df, { catNames: ['store'], procs: [Categorify] });
    expect(cats.train.x.tensors.conts.shape).toEqual([6, 0]);
    using conts = salesOf(df.dropNulls(), { contNames: ['distance'], procs: [Normalize] });
    expect(conts.train.x.tensors.cats.shape).toEqual([4, 0]);
  });

  it('runs processors with options, and those of the user', () => {
    class Doubled extends TabularProc {
      protected override applyTrain(frame: DataFrame): DataFrame {
        return frame.withColumns(pl.col('distance').mul(pl.lit(2)));
      }
    }
    const fill = (cats: readonly string[], conts: readonly string[]) =>
      new FillMissing(cats, conts, { fillStrategy: 'constant', addCol: false });
    using lists = salesOf(df, { ...variables, procs: [fill, Categorify, Doubled] });
    expect(lists.train.x.tensors.conts.flatten().toArray()).toEqual([6, 4, 10, 2, 0, 4]);
    expect(lists.train.x.catNames).toEqual(['store', 'open']);
  });

  it('applies trained processors', () => {
    const categorify = new Categorify(['store']);
    categorify.call(pl.DataFrame({ store: ['c', 'x'] }));
    using lists = salesOf(df, { catNames: ['store'], procs: [categorify] });
    expect(lists.train.x.tensors.cats.flatten().toArray()).toEqual([1, 0, 0, 1, 0, 0]);
  });

  it('says what is wrong', () => {
    const make = (options: TabularListOptions) => () => salesOf(df, options);
    expect(make({ catNames: ['shop'] })).toThrow("there is no column 'shop'");
    expect(make({ catNames: ['store'], contNames: ['store'] })).toThrow(
      "the variable 'store' is named twice",
    );
    expect(make({ catNames: ['store'] })).toThrow('store need Categorify among the processors');
    expect(make({ contNames: ['distance'] })).toThrow(DataError);
    expect(make({ contNames: ['distance'] })).toThrow(
      "column 'distance', row 4: expected a number",
    );
    expect(make({ contNames: ['store'], procs: [Normalize] })).toThrow(
      "column 'store', row 0: expected a number, got 'c'; does it belong to the categorical variables?",
    );
    expect(() => TabularList.fromDf(df.head(0), variables)).toThrow('the frame has no rows');
    const infinite = df.withColumns(pl.lit(Number.POSITIVE_INFINITY).alias('distance'));
    expect(() => salesOf(infinite, { contNames: ['distance'] })).toThrow(
      "column 'distance', row 0: expected a finite number, got Infinity",
    );
    const holes = df.withColumns(pl.lit(null).cast(pl.Float64).alias('sales'));
    expect(() => salesOf(holes)).toThrow("column 'sales', row 2: expected a finite number");
  });
});

describe('embeddings', () => {
  it('have the sizes of the reference', () => {
    const classes = [
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 20, 22, 24, 26, 27, 32, 50, 53, 100, 200, 365, 500, 1000,
      1116, 5000, 10000, 20000, 39000, 40000,
    ];
    expect(classes.map(embSzRule)).toEqual([
      2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 7, 9, 9, 9, 10, 10, 11, 14, 15, 21, 31, 44, 52, 77, 81, 189,
      278, 410, 596, 600,
    ]);
    expect(getEmbSzs({ a: [0, 1, 2], b: [0, 1] }, { b: 7 })).toEqual([
      [3, 3],
      [2, 7],
    ]);
    expect(() => getEmbSzs({ a: [0] }, { c: 1 })).toThrow("'c' is no categorical variable");
  });

  it('begin as wrapped normal numbers', () => {
    tidy(() => {
      manualSeed(1);
      const { weight } = embedding(1000, 1000);
      const scaled = weight.div(0.01);
      expect(scaled.abs().max().item()).toBeLessThan(2);
      expect(scaled.std().item()).toBeCloseTo(0.8659, 2);
      expect(scaled.mean().item()).toBeCloseTo(0, 2);
      const wrapped = tensor([2.5, -3.3]).fmod(2).toArray() as number[];
      expect(wrapped[0]).toBeCloseTo(0.5, 6);
      expect(wrapped[1]).toBeCloseTo(-1.3, 6);
    });
  });
});

describe('TabularModel', () => {
  const layersOf = (model: TabularModel) => [...model.layers].map(String);

  it('has the layers of the reference', () => {
    tidy(() => {
      const norm = (size: number) =>
        `BatchNorm1d(${size}, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)`;
      const model = new TabularModel([[4, 3]], 1, 1, [4, 3], { ps: [0.1, 0.2] });
      expect(layersOf(model)).toEqual([
        'Linear(in_features=4, out_features=4, bias=True)',
        'ReLU(inplace=True)',
        norm(4),
        'Dropout(p=0.1, inplace=False)',
        'Linear(in_features=4, out_features=3, bias=True)',
        'ReLU(inplace=True)',
        norm(3),
        'Dropout(p=0.2, inplace=False)',
        'Linear(in_features=3, out_features=1, bias=True)',
      ]);
      const plain = new TabularModel([[3, 3]], 2, 2, [4], { useBn: false, bnFinal: true, ps: 0.5 });
      expect(layersOf(plain)).toEqual([
        'Linear(in_features=5, out_features=4, bias=True)',
        'ReLU(inplace=True)',
        'Dropout(p=0.5, inplace=False)',
        'Linear(in_features=4, out_features=2, bias=True)',
        norm(2),
      ]);
      expect(String(plain.bnCont)).toBe(norm(2));
      expect(() => new TabularModel([], 1, 1, [4], { ps: [0.1, 0.2] })).toThrow(
        'ps must have one probability for each of the 1 hidden layers, got 2',
      );
    });
  });

  it("has the lesson's parameters", () => {
    tidy(() => {
      const classes = [
        1116, 8, 4, 13, 32, 3, 26, 27, 5, 4, 4, 24, 9, 13, 53, 22, 7, 7, 4, 4, 9, 9, 3, 3,
      ];
      const sizes = classes.map((count) => [count, embSzRule(count)] as const);
      const model = new TabularModel(sizes, 16, 1, [1000, 500], {
        ps: [0.001, 0.01],
        embDrop: 0.04,
      });
      expect(sizes.reduce((sum, [, size]) => sum + size, 0)).toBe(217);
      expect([...model.parameters()].reduce((sum, each) => sum + each.numel(), 0)).toBe(831_054);
    });
  });

  /** The reference's small model, whose numbers are 0.5 sin(k). */
  function sineModel(): TabularModel {
    const model = new TabularModel(
      [
        [4, 3],
        [3, 2],
      ],
      2,
      1,
      [4, 3],
      { yRange: [0, 10] },
    );
    const norms = new Set([...model.modules()].filter((each) => each instanceof nn.BatchNorm1d));
    let k = 0;
    for (const module of model.modules()) {
      if (norms.has(module as nn.BatchNorm1d)) continue;
      for (const parameter of module.parameters(false)) {
        const values = Array.from({ length: parameter.numel() }, () => 0.5 * Math.sin(k++));
        parameter.detach().copy_(tensor(values).reshape(parameter.shape));
      }
    }
    expect(k).toBe(69);
    return model;
  }
  const inputs = (): [Tensor, Tensor] => [
    torch.tensor(
      [
        [0, 1],
        [1, 2],
        [2, 0],
        [3, 1],
        [1, 1],
        [2, 2],
      ],
      { dtype: 'int64' },
    ),
    torch.tensor([
      [0.5, -1],
      [1.5, 0],
      [-0.5, 2],
      [0, 1],
      [-1, -2],
      [2, 0.25],
    ]),
  ];
  const expectClose = (found: Tensor, expected: readonly number[], digits = 5) => {
    for (const [place, value] of (found.flatten().toArray() as number[]).entries()) {
      expect(value, `element ${place}`).toBeCloseTo(expected[place] as number, digits);
    }
    expect(found.numel()).toBe(expected.length);
  };

  it('computes what the reference computes', () => {
    tidy(() => {
      const model = sineModel();
      const [cats, conts] = inputs();
      expectClose(
        model.call(cats, conts),
        [2.4952152, 4.1732636, 6.905725, 4.0260906, 2.0861549, 4.1732636],
      );
      expectClose(model.bnCont.runningMean as Tensor, [0.04166667, 0.00416667], 7);
      expectClose(model.bnCont.runningVar as Tensor, [1.0341667, 1.1010417]);
      model.eval();
      expectClose(
        model.call(cats, conts),
        [2.8521884, 3.5043659, 3.6727419, 3.5043659, 2.5698357, 3.5043659],
      );
    });
  });
});

describe('tabularLearner', () => {
  it('fits', async () => {
    manualSeed(3);
    using data = salesOf(df).databunch({ bs: 3 });
    using learn = tabularLearner(data, {
      layers: [8, 4],
      ps: [0.001, 0.01],
      embDrop: 0.04,
      embSzs: { store: 2 },
      yRange: [0, 7],
      metrics: [metrics.expRmspe],
      silent: true,
    });
    using model = learn.model;
    expect(model.toString()).toContain('(0): Embedding(4, 2)');
    await learn.fitOneCycle(3, 1e-2);
    const { valLosses } = learn.recorder;
    expect(valLosses.length).toBe(3);
    expect(valLosses[2]).toBeLessThan(valLosses[0] as number);
  });
});
