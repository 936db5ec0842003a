import { AverageMetric, type Metric, metrics, type Tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

const {
  accuracy,
  accuracyThresh,
  dice,
  errorRate,
  explainedVariance,
  expRmspe,
  fbeta,
  mae,
  mse,
  msle,
  r2Score,
  rmse,
  topKAccuracy,
} = metrics;

/** The value of a whole-set metric, given the rows in batches of `size`. */
function inBatches(metric: Metric, pred: Tensor, target: Tensor, size: number): number {
  metric.reset();
  const targets = target.split(size);
  for (const [i, part] of pred.split(size).entries()) metric.accumulate(part, targets[i] as Tensor);
  return metric.value();
}

const number = (value: Tensor | number): number =>
  typeof value === 'number' ? value : Number(value.item());

describe('the golden numbers of metrics', () => {
  expectNoLeaks();

  it('J66: of logarithms', () =>
    tidy(() => {
      const p = torch.tensor([100, 220, 90]).log();
      const t = torch.tensor([110, 200, 90]).log();
      expect(number(expRmspe(p, t))).toBeCloseTo(0.07802667, 5);
      expect(number(rmse(p, t))).toBeCloseTo(0.07782046, 5);
      expect(number(mae(p, t))).toBeCloseTo(0.06354014, 5);
      expect(number(mse(p, t))).toBeCloseTo(0.00605602, 5);
      expect(number(r2Score(p, t))).toBeCloseTo(0.94735378, 5);
      expect(inBatches(new metrics.ExpRMSPE(), p, t, 2)).toBeCloseTo(0.07802667, 5);
      expect(inBatches(new metrics.RMSE(), p, t, 2)).toBeCloseTo(0.07782046, 5);
      expect(inBatches(new metrics.R2Score(), p, t, 1)).toBeCloseTo(0.94735378, 5);
    }));

  it('J67: the average of two batches is another number', () =>
    tidy(() => {
      const p = torch.tensor([100, 220, 90]).log();
      const t = torch.tensor([110, 200, 90]).log();
      const average = new AverageMetric(expRmspe);
      expect(average.name).toBe('exp_rmspe');
      expect(average.direction).toBe('min');
      expect(inBatches(average, p, t, 2)).toBeCloseTo(0.06370851, 5);
    }));

  it('J68: of classes', () =>
    tidy(() => {
      const logits = torch.tensor([
        [2, 1, 0],
        [0, 3, 1],
        [1, 0, 4],
        [2, 5, 0],
      ]);
      const t = torch.tensor([0, 1, 1, 2], { dtype: 'int64' });
      expect(number(accuracy(logits, t))).toBe(0.5);
      expect(number(errorRate(logits, t))).toBe(0.5);
      expect(number(topKAccuracy(logits, t, 2))).toBe(0.5);
    }));

  it('J90: the confusions of three classes', () =>
    tidy(() => {
      const rows = [
        [2, 1, 0],
        [0, 3, 1],
        [1, 0, 4],
        [2, 5, 0],
        [0, 1, 3],
        [4, 0, 0],
        [0, 2, 1],
      ];
      const logits = torch.tensor(rows);
      const t = torch.tensor([0, 1, 1, 2, 2, 0, 2]);
      const recall = new metrics.Recall();
      inBatches(recall, logits, t, 3);
      expect(recall.matrix()).toEqual([
        [2, 0, 0],
        [0, 1, 1],
        [0, 2, 1],
      ]);
      expect(number(accuracy(logits, t))).toBeCloseTo(0.571429, 6);
    }));
});

describe('metrics', () => {
  expectNoLeaks();

  it('declare which values are better', () => {
    const functions = Object.values(metrics).filter((metric) => 'direction' in metric);
    const largest = functions
      .filter(({ direction }) => direction === 'max')
      .map(({ name }) => name);
    expect(new Set(largest)).toEqual(
      new Set([
        'accuracy',
        'topKAccuracy',
        'accuracyThresh',
        'fbeta',
        'dice',
        'r2Score',
        'explainedVariance',
      ]),
    );
    const smallest = functions.filter(({ direction }) => direction === 'min');
    expect(new Set(smallest.map(({ name }) => name))).toEqual(
      new Set([
        'errorRate',
        'expRmspe',
        'meanAbsoluteError',
        'meanSquaredError',
        'meanSquaredLogarithmicError',
        'rootMeanSquaredError',
      ]),
    );
    const classes = [metrics.R2Score, metrics.ExplainedVariance, metrics.RMSE, metrics.ExpRMSPE];
    expect(classes.map((Class) => [new Class().name, new Class().direction])).toEqual([
      ['r2_score', 'max'],
      ['explained_variance', 'max'],
      ['rmse', 'min'],
      ['exp_rmspe', 'min'],
    ]);
    const own = metrics.declareDirection('max', (p: Tensor, t: Tensor) => p.sub(t).max());
    expect(own.direction).toBe('max');
  });

  it.each([
    ['meanSquaredError', mse],
    ['rootMeanSquaredError', rmse],
    ['meanAbsoluteError', mae],
    ['meanSquaredLogarithmicError', msle],
    ['expRmspe', expRmspe],
    ['r2Score', r2Score],
    ['explainedVariance', explainedVariance],
  ])('%s refuses different numbers of elements', (name, metric) =>
    tidy(() => {
      expect(() => metric(torch.ones([3, 1]), torch.ones([4]))).toThrow(
        `${name}: the prediction and the target must have as many elements, ` +
          'got 3 (shape [3, 1]) and 4 (shape [4])',
      );
      expect(number(metric(torch.rand([4, 1]), torch.rand([4])))).not.toBeNaN();
    }),
  );

  it('of classes, labels and the whole set refuse them too', () =>
    tidy(() => {
      const scores = torch.ones([3, 2]);
      const classes = torch.zeros([4], { dtype: 'int64' });
      const message = 'must have as many elements';
      expect(() => accuracy(scores, classes)).toThrow(message);
      expect(() => topKAccuracy(scores, classes, 2)).toThrow(message);
      expect(() => accuracyThresh(scores, classes)).toThrow(message);
      expect(() => fbeta(scores, classes)).toThrow(message);
      expect(() => dice(scores, classes)).toThrow(message);
      expect(() => new metrics.RMSE().accumulate(scores, classes)).toThrow(message);
      expect(() => new metrics.ConfusionMatrix().accumulate(scores, classes)).toThrow(message);
      expect(() => new metrics.AUROC().accumulate(scores, classes)).toThrow(message);
    }));

  it('of classes refuse what is none, and unknown options', () =>
    tidy(() => {
      const scores = torch.randn([2, 3]);
      const precision = new metrics.Precision();
      expect(() => precision.accumulate(scores, torch.tensor([0, 3]))).toThrow(
        'Precision: targets must be from 0 to 2, got 0 to 3',
      );
      expect(precision.matrix()).toEqual([]);
      precision.accumulate(scores, torch.tensor([0, 2]));
      expect(() => precision.accumulate(torch.randn([2, 4]), torch.tensor([0, 1]))).toThrow(
        'expected scores of 3 classes, got 4',
      );
      expect(() => new metrics.AUROC().accumulate(scores, torch.tensor([0, 1]))).toThrow(
        'must have the shape [N, 2], got [2, 3]',
      );
      const binary = new metrics.Recall({ average: 'binary' });
      binary.accumulate(scores, torch.tensor([0, 2]));
      expect(() => binary.value()).toThrow("average 'binary' is for two classes, got 3");
      expect(() => new metrics.Recall({ average: 'all' as 'micro' })).toThrow(
        'average must be one',
      );
      expect(() => new metrics.FBeta({ posLabel: 2 as 1 })).toThrow('posLabel must be 0 or 1');
      expect(() => new metrics.FBeta({ betta: 1 } as object)).toThrow("no option 'betta'");
      expect(() => new metrics.KappaScore({ weights: 'cubic' as 'linear' })).toThrow(
        'weights must',
      );
      expect(() => fbeta(scores, scores, { treshold: 1 } as object)).toThrow("option 'treshold'");
    }));

  it('without a batch have no value', () => {
    for (const Class of [metrics.R2Score, metrics.RMSE, metrics.Precision, metrics.AUROC]) {
      expect(new Class().value()).toBeNaN();
    }
    expect(new metrics.ConfusionMatrix().matrix()).toEqual([]);
  });
});

// One Python for all: scikit-learn takes seconds to load.
describeWithOracle('metrics compared with scikit-learn', (oracle) => {
  /** They are computed in float32. */
  const single = { absolute: 1e-6, relative: 1e-5 };
  const regression =
    'import sklearn.metrics as m\nt = t.double().flatten()\np = p.double().flatten()\n';
  it.each([
    ['mse', mse, 'm.mean_squared_error(t, p)'],
    ['rmse', rmse, 'm.mean_squared_error(t, p) ** 0.5'],
    ['mae', mae, 'm.mean_absolute_error(t, p)'],
    ['msle', msle, 'm.mean_squared_log_error(t, p)'],
    ['expRmspe', expRmspe, '(((t.exp() - p.exp()) / t.exp()) ** 2).mean() ** 0.5'],
    ['r2Score', r2Score, 'm.r2_score(t, p)'],
    ['explainedVariance', explainedVariance, 'm.explained_variance_score(t, p)'],
  ] as const)('%s', (_, metric, python) =>
    oracle.compare(
      ({ p, t }) => number(metric(p, t)),
      `${regression}result = float(${python})`,
      { p: torch.rand([23, 1]), t: torch.rand([23]) },
      single,
    ),
  );

  it('of bfloat16 are computed in float32', () =>
    oracle.compare(({ p, t }) => number(mae(p, t)), 'float((t - p.float()).abs().mean())', {
      p: torch.rand([3000]).to('bfloat16'),
      t: torch.rand([3000]),
    }));

  const scores = () => ({ p: torch.randn([31, 7]), t: torch.randint(0, 7, [31]) });
  it.each([
    ['accuracy', accuracy, 'm.accuracy_score(t, p.argmax(-1))'],
    ['errorRate', errorRate, 'm.zero_one_loss(t, p.argmax(-1))'],
    ['topKAccuracy', topKAccuracy, 'm.top_k_accuracy_score(t, p, k=5, labels=range(7))'],
  ] as const)('%s', (_, metric, python) =>
    oracle.compare(
      ({ p, t }) => number(metric(p, t)),
      `import sklearn.metrics as m\nresult = float(${python})`,
      scores(),
      single,
    ),
  );

  it('accuracy and topKAccuracy of several positions in a row', () =>
    oracle.compare(
      ({ p, t }) => [number(accuracy(p, t)), number(topKAccuracy(p, t, 2))],
      '[float((p.argmax(-1) == t).float().mean()), ' +
        'float((p.topk(2)[1] == t[..., None]).any(-1).float().mean())]',
      { p: torch.randn([4, 5, 3]), t: torch.randint(0, 3, [4, 5]) },
      single,
    ));

  it('accuracyThresh and fbeta of logits and probabilities', () =>
    oracle.compare(
      ({ p, t }) => [
        number(accuracyThresh(p, t)),
        number(accuracyThresh(p.sigmoid(), t, { sigmoid: false, thresh: 0.3 })),
        number(fbeta(p, t)),
        number(fbeta(p.sigmoid(), t, { sigmoid: false, thresh: 0.6, beta: 0.5 })),
      ],
      `
from sklearn.metrics import fbeta_score
q = p.sigmoid()
score = lambda thresh, beta: fbeta_score(t, q > thresh, beta=beta, average='samples', zero_division=0)
result = [float(((q > 0.5) == t.bool()).float().mean()), float(((q > 0.3) == t.bool()).float().mean()),
    float(score(0.2, 2)), float(score(0.6, 0.5))]`,
      { p: torch.randn([20, 6]), t: torch.rand([20, 6]).gt(0.6).float() },
      single,
    ));

  it('dice and intersection over union', () =>
    oracle.compare(
      ({ p, t }) => [dice(p, t), dice(p, t, { iou: true }), dice(p.zero_(), t.zero_())],
      `
from sklearn.metrics import f1_score, jaccard_score
t, q = t.flatten(), p.argmax(1).flatten()
result = [float(f1_score(t, q)), float(jaccard_score(t, q)), 1.0]`,
      { p: torch.randn([3, 2, 5, 4]), t: torch.randint(0, 2, [3, 1, 5, 4]) },
      single,
    ));

  it.each([
    ['R2Score', metrics.R2Score, 'm.r2_score(t, p)'],
    ['ExplainedVariance', metrics.ExplainedVariance, 'm.explained_variance_score(t, p)'],
    ['RMSE', metrics.RMSE, 'm.mean_squared_error(t, p) ** 0.5'],
    ['ExpRMSPE', metrics.ExpRMSPE, '(((t.exp() - p.exp()) / t.exp()) ** 2).mean() ** 0.5'],
  ] as const)('%s, whatever the batches', (_, Class, python) =>
    oracle.compare(
      ({ p, t }) => [1, 7, 50].map((size) => inBatches(new Class(), p, t, size)),
      `
import sklearn.metrics as m
t, p = t.double().flatten(), p.double().flatten()
result = [float(${python})] * 3`,
      // Far from zero, where sums of squares in float32 would lose the variance.
      { p: torch.randn([50, 1]).mul(0.1).add(12), t: torch.randn([50]).mul(0.1).add(12) },
    ),
  );

  const two = () => ({ p: torch.randn([40, 2]), t: torch.randint(0, 2, [40]) });
  // The last class is never right, the one before never predicted.
  const five = () => ({
    p: torch.cat([torch.randn([40, 3]), torch.full([40, 1], -9), torch.randn([40, 1])], 1),
    t: torch.randint(0, 4, [40]),
  });

  it('ConfusionMatrix', () =>
    oracle.compare(
      ({ p, t }) => {
        const confusion = new metrics.ConfusionMatrix();
        for (const [i, part] of p.split(16).entries()) {
          confusion.accumulate(part, t.split(16)[i] as Tensor);
        }
        return confusion.matrix();
      },
      `
from sklearn.metrics import confusion_matrix
result = confusion_matrix(t, p.argmax(-1), labels=range(5)).tolist()`,
      five(),
    ));

  it.each([
    ['Precision', metrics.Precision, 'precision_score(t, q'],
    ['Recall', metrics.Recall, 'recall_score(t, q'],
    ['FBeta', metrics.FBeta, 'fbeta_score(t, q, beta=2'],
  ] as const)('%s, all averages', (_, Class, python) => {
    const call = (options: string) => `${python}, zero_division=0, ${options})`;
    return Promise.all([
      oracle.compare(
        ({ p, t }) => [
          inBatches(new Class(), p, t, 16),
          inBatches(new Class({ average: 'binary', posLabel: 0 }), p, t, 16),
          inBatches(new Class({ average: 'macro' }), p, t, 16),
        ],
        `
from sklearn.metrics import *
q = p.argmax(-1)
result = [float(x) for x in (${call('')}, ${call('pos_label=0')}, ${call("average='macro'")})]`,
        two(),
      ),
      oracle.compare(
        ({ p, t }) => {
          const metric = new Class();
          return [
            inBatches(metric, p, t, 16),
            inBatches(new Class({ average: 'micro' }), p, t, 16),
            inBatches(new Class({ average: 'weighted' }), p, t, 16),
            metric.perClass(),
          ];
        },
        `
from sklearn.metrics import *
q = p.argmax(-1)
averages = [float(${call('average=a, labels=range(5)')}) for a in ('macro', 'micro', 'weighted')]
result = [*averages, ${call('average=None, labels=range(5)')}.tolist()]`,
        five(),
      ),
    ]).then(() => undefined);
  });

  it('FBeta with another beta', () =>
    oracle.compare(
      ({ p, t }) => inBatches(new metrics.FBeta({ beta: 0.5 }), p, t, 40),
      `from sklearn.metrics import fbeta_score
result = float(fbeta_score(t, p.argmax(-1), beta=0.5, zero_division=0))`,
      two(),
    ));

  it('KappaScore and MatthewsCorreff', () =>
    oracle.compare(
      ({ p, t }) => [
        ...([null, 'linear', 'quadratic'] as const).map((weights) =>
          inBatches(new metrics.KappaScore({ weights }), p, t, 16),
        ),
        inBatches(new metrics.MatthewsCorreff(), p, t, 16),
        inBatches(new metrics.MatthewsCorreff(), p, t.zero_(), 16),
      ],
      `
from sklearn.metrics import *
q = p.argmax(-1)
kappas = [float(cohen_kappa_score(t, q, weights=w, labels=range(5))) for w in (None, 'linear', 'quadratic')]
result = [*kappas, float(matthews_corrcoef(t, q)), 0.0]`,
      five(),
    ));

  it('AUROC, with ties', () =>
    oracle.compare(
      ({ p, t }) => inBatches(new metrics.AUROC(), p, t, 16),
      `from sklearn.metrics import roc_auc_score
result = float(roc_auc_score(t, p[:, 1] - p[:, 0]))`,
      { ...two(), p: torch.randn([40, 2]).mul(2).round() },
    ));
});
