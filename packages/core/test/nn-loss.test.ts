import { nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle, type Input } from '../../../test/oracle/oracle.js';

const F = nn.functional;
const reductions = ['none', 'mean', 'sum'] as const;
type Reduction = (typeof reductions)[number];

interface LossCase {
  /** The layer in Python, up to the argument `reduction`. */
  readonly python: string;
  readonly ours: (reduction: Reduction, w: Tensor) => nn.AnyModule;
  /** What it is called with, in order. */
  readonly inputs: () => Readonly<Record<string, Input>>;
}

const normal = (...shape: number[]) => torch.randn(shape);
const classes = (count: number, ...shape: number[]) => torch.randint(count, shape);
/** 1 or -1. */
const signs = (...shape: number[]) => torch.randint(2, shape).mul(2).sub(1);

const pair = () => ({ x: normal(4, 3), y: normal(4, 3) });
const triplet = () => ({ x: normal(5, 3), y: normal(5, 3), z: normal(5, 3) });
const logits = () => ({ x: normal(5, 4, 2), y: classes(4, 5, 2) });
const binary = () => ({ x: normal(5, 4), y: classes(2, 5, 4).to('float32') });

const cases: readonly LossCase[] = [
  { python: 'L1Loss(', ours: (reduction) => new nn.L1Loss({ reduction }), inputs: pair },
  { python: 'MSELoss(', ours: (reduction) => new nn.MSELoss({ reduction }), inputs: pair },
  { python: 'HuberLoss(', ours: (reduction) => new nn.HuberLoss({ reduction }), inputs: pair },
  {
    python: 'HuberLoss(delta=0.4, ',
    ours: (reduction) => new nn.HuberLoss({ reduction, delta: 0.4 }),
    inputs: pair,
  },
  {
    python: 'SmoothL1Loss(',
    ours: (reduction) => new nn.SmoothL1Loss({ reduction }),
    inputs: pair,
  },
  {
    python: 'SmoothL1Loss(beta=0.3, ',
    ours: (reduction) => new nn.SmoothL1Loss({ reduction, beta: 0.3 }),
    inputs: pair,
  },
  { python: 'NLLLoss(', ours: (reduction) => new nn.NLLLoss({ reduction }), inputs: logits },
  {
    python: 'NLLLoss(weight=w.detach(), ignore_index=1, ',
    ours: (reduction, w) => new nn.NLLLoss({ reduction, weight: w, ignoreIndex: 1 }),
    inputs: logits,
  },
  {
    python: 'CrossEntropyLoss(weight=w.detach(), label_smoothing=0.2, ',
    ours: (reduction, w) => new nn.CrossEntropyLoss({ reduction, weight: w, labelSmoothing: 0.2 }),
    inputs: logits,
  },
  {
    python: 'PoissonNLLLoss(',
    ours: (reduction) => new nn.PoissonNLLLoss({ reduction }),
    inputs: () => ({ x: normal(6), y: classes(6, 6).to('float32') }),
  },
  {
    python: 'PoissonNLLLoss(log_input=False, full=True, eps=1e-3, ',
    ours: (reduction) =>
      new nn.PoissonNLLLoss({ reduction, logInput: false, full: true, eps: 1e-3 }),
    inputs: () => ({ x: torch.rand([6]), y: classes(6, 6).to('float32') }),
  },
  {
    python: 'GaussianNLLLoss(',
    ours: (reduction) => new nn.GaussianNLLLoss({ reduction }),
    inputs: () => ({ ...pair(), v: torch.rand([4, 3]) }),
  },
  {
    python: 'GaussianNLLLoss(full=True, eps=0.4, ',
    ours: (reduction) => new nn.GaussianNLLLoss({ reduction, full: true, eps: 0.4 }),
    inputs: () => ({ ...pair(), v: torch.rand([4]) }),
  },
  {
    python: 'GaussianNLLLoss(full=True, ',
    ours: (reduction) => new nn.GaussianNLLLoss({ reduction, full: true }),
    inputs: () => ({ ...pair(), v: torch.rand([1, 3]) }),
  },
  {
    python: 'GaussianNLLLoss(eps=1e-4, ',
    ours: (reduction) => new nn.GaussianNLLLoss({ reduction, eps: 1e-4 }),
    inputs: () => ({ ...pair(), v: 0.7 }),
  },
  { python: 'KLDivLoss(', ours: (reduction) => new nn.KLDivLoss({ reduction }), inputs: binary },
  {
    python: 'KLDivLoss(log_target=True, ',
    ours: (reduction) => new nn.KLDivLoss({ reduction, logTarget: true }),
    inputs: pair,
  },
  {
    python: 'BCELoss(',
    ours: (reduction) => new nn.BCELoss({ reduction }),
    inputs: () => ({ x: torch.rand([5, 4]), y: torch.rand([5, 4]) }),
  },
  {
    python: 'BCELoss(weight=w.detach(), ',
    ours: (reduction, w) => new nn.BCELoss({ reduction, weight: w }),
    inputs: () => ({ x: torch.rand([5, 4]), y: torch.rand([5, 4]) }),
  },
  {
    python: 'BCEWithLogitsLoss(',
    ours: (reduction) => new nn.BCEWithLogitsLoss({ reduction }),
    inputs: binary,
  },
  {
    python: 'BCEWithLogitsLoss(weight=w.detach(), pos_weight=w.detach() * 2, ',
    ours: (reduction, w) => new nn.BCEWithLogitsLoss({ reduction, weight: w, posWeight: w.mul(2) }),
    inputs: binary,
  },
  {
    python: 'SoftMarginLoss(',
    ours: (reduction) => new nn.SoftMarginLoss({ reduction }),
    inputs: () => ({ x: normal(4, 3), y: signs(4, 3) }),
  },
  {
    python: 'HingeEmbeddingLoss(',
    ours: (reduction) => new nn.HingeEmbeddingLoss({ reduction }),
    inputs: () => ({ x: normal(4, 3), y: signs(4, 3) }),
  },
  {
    python: 'HingeEmbeddingLoss(margin=0.3, ',
    ours: (reduction) => new nn.HingeEmbeddingLoss({ reduction, margin: 0.3 }),
    inputs: () => ({ x: normal(4, 3), y: signs(4, 3) }),
  },
  {
    python: 'MarginRankingLoss(',
    ours: (reduction) => new nn.MarginRankingLoss({ reduction }),
    inputs: () => ({ x: normal(6), y: normal(6), t: signs(6) }),
  },
  {
    python: 'MarginRankingLoss(margin=0.5, ',
    ours: (reduction) => new nn.MarginRankingLoss({ reduction, margin: 0.5 }),
    inputs: () => ({ x: normal(6), y: normal(6), t: signs(6) }),
  },
  {
    python: 'CosineEmbeddingLoss(',
    ours: (reduction) => new nn.CosineEmbeddingLoss({ reduction }),
    inputs: () => ({ ...pair(), t: signs(4) }),
  },
  {
    python: 'CosineEmbeddingLoss(margin=-0.5, ',
    ours: (reduction) => new nn.CosineEmbeddingLoss({ reduction, margin: -0.5 }),
    inputs: () => ({ ...pair(), t: signs(4) }),
  },
  {
    python: 'MultiMarginLoss(',
    ours: (reduction) => new nn.MultiMarginLoss({ reduction }),
    inputs: () => ({ x: normal(5, 4), y: classes(4, 5) }),
  },
  {
    python: 'MultiMarginLoss(p=2, margin=0.5, weight=w.detach(), ',
    ours: (reduction, w) => new nn.MultiMarginLoss({ reduction, p: 2, margin: 0.5, weight: w }),
    inputs: () => ({ x: normal(5, 4), y: classes(4, 5) }),
  },
  {
    python: 'MultiLabelMarginLoss(',
    ours: (reduction) => new nn.MultiLabelMarginLoss({ reduction }),
    inputs: () => ({
      x: normal(2, 4),
      y: tensor([3n, 0n, -1n, 1n, 2n, -1n, 0n, 0n]).reshape([2, 4]),
    }),
  },
  {
    python: 'MultiLabelSoftMarginLoss(',
    ours: (reduction) => new nn.MultiLabelSoftMarginLoss({ reduction }),
    inputs: binary,
  },
  {
    python: 'MultiLabelSoftMarginLoss(weight=w.detach(), ',
    ours: (reduction, w) => new nn.MultiLabelSoftMarginLoss({ reduction, weight: w }),
    inputs: binary,
  },
  {
    python: 'TripletMarginLoss(',
    ours: (reduction) => new nn.TripletMarginLoss({ reduction }),
    inputs: triplet,
  },
  {
    python: 'TripletMarginLoss(margin=0.7, p=3.0, eps=1e-3, swap=True, ',
    ours: (reduction) =>
      new nn.TripletMarginLoss({ reduction, margin: 0.7, p: 3, eps: 1e-3, swap: true }),
    inputs: triplet,
  },
  {
    python: 'TripletMarginWithDistanceLoss(',
    ours: (reduction) => new nn.TripletMarginWithDistanceLoss({ reduction }),
    inputs: triplet,
  },
  {
    python:
      'TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().amax(-1), margin=0.7, swap=True, ',
    ours: (reduction) =>
      new nn.TripletMarginWithDistanceLoss({
        reduction,
        distanceFunction: (a, b) => a.sub(b).abs().amax(-1),
        margin: 0.7,
        swap: true,
      }),
    inputs: triplet,
  },
];

describeWithOracle('losses', (oracle) => {
  for (const { python, ours, inputs } of cases) {
    it.each(reductions)(`${python}reduction='%s')`, (reduction) => {
      const given = inputs();
      const names = Object.keys(given);
      return oracle.compare(
        ({ w, ...copies }: Record<string, Input>) => {
          const layer = ours(reduction, (w as Tensor).detach());
          const loss = layer.call(...names.map((name) => copies[name]));
          return [loss, Object.entries(layer.stateDict()).flat(), layer.toString()];
        },
        `m = nn.${python}reduction='${reduction}')
result = [m(${names.join(', ')}), [a for kv in m.state_dict().items() for a in kv], repr(m)]`,
        { ...given, w: torch.rand([4]) },
        { gradients: true },
      );
    });
  }

  it.each([[], [5, 4]])('KLDivLoss, batchmean, shape %j', (...shape: number[]) =>
    oracle.compare(
      ({ x, y }) => {
        const layer = new nn.KLDivLoss({ reduction: 'batchmean' });
        return [layer.call(x, y), F.klDiv(x, y, { reduction: 'batchmean', logTarget: true })];
      },
      "[nn.KLDivLoss(reduction='batchmean')(x, y), F.kl_div(x, y, reduction='batchmean', log_target=True)]",
      { x: normal(...shape), y: torch.rand(shape) },
      { gradients: true },
    ),
  );

  for (const reduction of reductions) {
    it(`CTCLoss, ${reduction}`, () =>
      oracle.compare(
        ({ x, y, flat, n, m }) => {
          const logP = F.logSoftmax(x, -1);
          const layer = new nn.CTCLoss({ reduction });
          const other = new nn.CTCLoss({ reduction, blank: 2, zeroInfinity: true });
          return [
            layer.call(logP, y, n, m),
            layer.call(logP, y, [9, 7, 8], [4, 2, 3]),
            layer.call(logP, flat, [9, 7, 8], m),
            other.call(logP, y, [9, 2, 8], m),
            F.ctcLoss(logP.select(1, 0), y.select(0, 0), [9], [4], { reduction }),
            layer.toString(),
          ];
        },
        `p = F.log_softmax(x, -1)
layer = nn.CTCLoss(reduction='${reduction}')
other = nn.CTCLoss(reduction='${reduction}', blank=2, zero_infinity=True)
result = [layer(p, y, n, m), layer(p, y, (9, 7, 8), (4, 2, 3)), layer(p, flat, n, m), other(p, y, (9, 2, 8), (4, 2, 3)),
F.ctc_loss(p.select(1, 0), y.select(0, 0), (9,), (4,), reduction='${reduction}'), repr(layer)]`,
        {
          x: normal(9, 3, 6),
          y: classes(3, 3, 4).add(3),
          flat: classes(5, 9).add(1),
          n: tensor([9n, 7n, 8n]),
          m: tensor([4n, 2n, 3n]),
        },
        { gradients: true, absolute: 1e-4 },
      ));

    it(`LabelSmoothingCrossEntropy, ${reduction}`, () =>
      oracle.compare(
        ({ x, y }) => [
          new nn.LabelSmoothingCrossEntropy({ reduction }).call(x, y),
          new nn.LabelSmoothingCrossEntropy({ reduction, eps: 0.4 }).call(x, y),
          new nn.LabelSmoothingCrossEntropy().toString(),
        ],
        `def smoothed(eps):
    p = F.log_softmax(x, -1)
    reduce = {'none': lambda v: v, 'mean': torch.mean, 'sum': torch.sum}['${reduction}']
    return eps / 7 * reduce(-p.sum(-1)) + (1 - eps) * F.nll_loss(p, y, reduction='${reduction}')
result = [smoothed(0.1), smoothed(0.4), 'LabelSmoothingCrossEntropy()']`,
        { x: normal(5, 7), y: classes(7, 5) },
        { gradients: true },
      ));

    it(`functionals with weights and further arguments, ${reduction}`, () =>
      oracle.compare(
        ({ x, y, w, t, i }) => [
          F.l1Loss(x, y, { reduction, weight: w }),
          F.huberLoss(x, y, { reduction, weight: w, delta: 0.3 }),
          F.huberLoss(x, y, { reduction, delta: 0.3 }),
          F.poissonNllLoss(x, w, { reduction, full: true }),
          F.gaussianNllLoss(x, y, w, { reduction }),
          F.softMarginLoss(x, t, { reduction }),
          F.hingeEmbeddingLoss(x, t, { reduction, margin: 0.5 }),
          F.marginRankingLoss(x, y, t, { reduction, margin: 0.5 }),
          F.cosineEmbeddingLoss(x, y, t.select(1, 0), { reduction }),
          F.multiMarginLoss(x, i, { reduction, p: 2 }),
          F.multilabelSoftMarginLoss(x, t.gt(0).to('float32'), { reduction }),
          F.tripletMarginLoss(x, y, w, { reduction, swap: true }),
          F.tripletMarginWithDistanceLoss(x, y, w, { reduction }),
        ],
        `r = '${reduction}'
result = [F.l1_loss(x, y, reduction=r, weight=w), F.huber_loss(x, y, reduction=r, weight=w, delta=0.3),
F.huber_loss(x, y, reduction=r, delta=0.3), F.poisson_nll_loss(x, w, reduction=r, full=True),
F.gaussian_nll_loss(x, y, w, reduction=r), F.soft_margin_loss(x, t, reduction=r),
F.hinge_embedding_loss(x, t, reduction=r, margin=0.5), F.margin_ranking_loss(x, y, t, reduction=r, margin=0.5),
F.cosine_embedding_loss(x, y, t.select(1, 0), reduction=r), F.multi_margin_loss(x, i, reduction=r, p=2),
F.multilabel_soft_margin_loss(x, (t > 0).float(), reduction=r), F.triplet_margin_loss(x, y, w, reduction=r, swap=True),
F.triplet_margin_with_distance_loss(x, y, w, reduction=r)]`,
        { ...pair(), w: torch.rand([4, 3]), t: signs(4, 3), i: classes(3, 4) },
        { gradients: true, absolute: 1e-4 },
      ));
  }

  it('refuses what does not fit', () =>
    tidy(() => {
      const [x, y] = [torch.ones([2, 3]), torch.ones([2])];
      const reduction = 'avg' as never;
      expect(() => new nn.L1Loss({ reduction })).toThrow(
        "L1Loss: reduction must be one of 'none', 'mean', 'sum', got 'avg'",
      );
      expect(() => new nn.KLDivLoss({ reduction })).toThrow("'batchmean', got 'avg'");
      expect(() => F.klDiv(x, x, { reduction })).toThrow("klDiv: reduction must be one of 'none'");
      expect(() => F.huberLoss(x, x, { reduction, weight: x })).toThrow("got 'avg'");
      expect(() => F.huberLoss(x, x, { weight: y })).toThrow("input's shape [2, 3], got [2]");
      expect(() => F.l1Loss(x, x, { weight: y })).toThrow("input's shape [2, 3], got [2]");
      expect(() => F.gaussianNllLoss(x, x, -1)).toThrow('the variance has a negative value');
      expect(() => F.gaussianNllLoss(x, x, torch.ones([3]))).toThrow('got [3]');
      expect(() => F.gaussianNllLoss(x, x, torch.ones([2, 4]))).toThrow('got [2, 4]');
      expect(() => new nn.MarginRankingLoss().call(x, x, y)).toThrow(
        'marginRankingLoss: all inputs must have the same number of dimensions: ' +
          'input1 [2, 3], input2 [2, 3], target [2]',
      );
      expect(() => new nn.MultiMarginLoss({ p: 3 as never })).toThrow('p must be 1 or 2, got 3');
      expect(() => new nn.MultiMarginLoss({ weight: x })).toThrow('1 dimension, got shape [2, 3]');
      expect(() => new nn.TripletMarginLoss({ margin: 0 })).toThrow(
        'TripletMarginLoss: margin must be positive, got 0',
      );
      expect(() => new nn.TripletMarginWithDistanceLoss({ margin: -1 })).toThrow('got -1');
      expect(() => F.tripletMarginLoss(x, x, x, { margin: 0 })).toThrow('got 0');
      expect(() => F.tripletMarginWithDistanceLoss(x, x, y)).toThrow('negative [2]');
      expect(() => new nn.LabelSmoothingCrossEntropy({ eps: 2 })).toThrow('between 0 and 1, got 2');
      expect(() => new nn.BCELoss().call(x, y)).toThrow("input's shape [2, 3], got [2]");
      expect(() => new nn.L1Loss().call(x, [1] as never)).toThrow('target must be a Tensor');
    }));
});
