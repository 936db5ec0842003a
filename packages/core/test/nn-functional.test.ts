import { nn, tensor, tidy, torch } from '@flambeau/core';
import { describe, expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const F = nn.functional;
const reductions = ['none', 'mean', 'sum'] as const;

describeWithOracle('nn.functional', (oracle) => {
  const pair = () => ({ x: torch.randn([4, 3]), y: torch.randn([4, 3]) });

  for (const reduction of reductions) {
    it(`mseLoss, ${reduction}`, () =>
      oracle.compare(
        ({ x, y }) => F.mseLoss(x, y, { reduction }),
        `F.mse_loss(x, y, reduction='${reduction}')`,
        pair(),
        { gradients: true },
      ));

    it(`weighted mseLoss, ${reduction}`, () =>
      oracle.compare(
        ({ x, y, w }) => F.mseLoss(x, y, { reduction, weight: w }),
        `F.mse_loss(x, y, reduction='${reduction}', weight=w)`,
        { ...pair(), w: torch.rand([4, 3]) },
        { gradients: true },
      ));

    it(`l1Loss, ${reduction}`, () =>
      oracle.compare(
        ({ x, y }) => F.l1Loss(x, y, { reduction }),
        `F.l1_loss(x, y, reduction='${reduction}')`,
        pair(),
        { gradients: true },
      ));

    it.each([0, 0.5, 1])(`smoothL1Loss with beta %f, ${reduction}`, (beta) =>
      oracle.compare(
        ({ x, y }) => F.smoothL1Loss(x, y, { reduction, beta }),
        `F.smooth_l1_loss(x, y, reduction='${reduction}', beta=${beta})`,
        pair(),
        { gradients: true },
      ),
    );

    it(`binaryCrossEntropy, ${reduction}`, () =>
      oracle.compare(
        ({ x, y, w }) =>
          F.binaryCrossEntropy(x.sigmoid(), y.sigmoid(), { reduction, weight: w.detach() }),
        `F.binary_cross_entropy(x.sigmoid(), y.sigmoid(), reduction='${reduction}', weight=w.detach())`,
        { ...pair(), w: torch.rand([3]) },
        { gradients: true },
      ));

    it(`binaryCrossEntropyWithLogits, ${reduction}`, () =>
      oracle.compare(
        ({ x, y, w, p }) =>
          F.binaryCrossEntropyWithLogits(x, y.sigmoid(), { reduction, weight: w, posWeight: p }),
        `F.binary_cross_entropy_with_logits(x, y.sigmoid(), reduction='${reduction}', weight=w, pos_weight=p)`,
        { ...pair(), w: torch.rand([4, 1]), p: torch.rand([3]) },
      ));

    it(`nllLoss, ${reduction}`, () =>
      oracle.compare(
        ({ x, t, w }) => F.nllLoss(x, t, { reduction, weight: w, ignoreIndex: 2 }),
        `F.nll_loss(x, t, reduction='${reduction}', weight=w, ignore_index=2)`,
        { x: torch.randn([5, 4, 2]), t: torch.randint(4, [5, 2]), w: torch.rand([4]) },
      ));

    it(`crossEntropy, ${reduction}`, () =>
      oracle.compare(
        ({ x, t, w }) =>
          F.crossEntropy(x, t, { reduction, weight: w, ignoreIndex: 2, labelSmoothing: 0.2 }),
        `F.cross_entropy(x, t, reduction='${reduction}', weight=w, ignore_index=2, label_smoothing=0.2)`,
        { x: torch.randn([5, 4, 2]), t: torch.randint(4, [5, 2]), w: torch.rand([4]) },
      ));
  }

  it('crossEntropy of one sample', () =>
    oracle.compare(({ x, t }) => F.crossEntropy(x, t), 'F.cross_entropy(x, t)', {
      x: torch.randn([4]),
      t: torch.randint(4, []),
    }));

  it('softmax and logSoftmax', () =>
    oracle.compare(
      ({ x }) => [F.softmax(x, 1), F.logSoftmax(x, 0), F.softmax(x, -1, { dtype: 'float64' })],
      '[F.softmax(x, 1), F.log_softmax(x, 0), F.softmax(x, -1, dtype=torch.float64)]',
      { x: torch.randn([4, 3]) },
      { gradients: true },
    ));

  it('linear', () =>
    oracle.compare(
      ({ x, w, b }) => [F.linear(x, w), F.linear(x, w, b)],
      '[F.linear(x, w), F.linear(x, w, b)]',
      {
        x: torch.randn([2, 3]),
        w: torch.randn([4, 3]),
        b: torch.randn([4]),
      },
      { gradients: true },
    ));

  it('dropout', () =>
    oracle.compare(
      ({ x }) => [F.dropout(x, 0.4), F.dropout(x, 0.4, { training: false })],
      '[F.dropout(x, 0.4), F.dropout(x, 0.4, training=False)]',
      { x: torch.randn([6, 6]) },
      { gradients: true },
    ));

  it('embedding shortens long rows in place', () =>
    oracle.compare(
      ({ i, w }) => [F.embedding(i, w, { maxNorm: 0.5, paddingIdx: -2 }), w],
      '[F.embedding(i, w, max_norm=0.5, padding_idx=-2), w]',
      { i: torch.randint(4, [3]), w: torch.randn([4, 3]) },
    ));

  it('batchNorm updates the running statistics it is given', () =>
    oracle.compare(
      ({ x, m, v, w, b }) => [
        F.batchNorm(x, m, v, { weight: w, bias: b, training: true, momentum: 0.2 }),
        F.batchNorm(x, m, v, { eps: 0.1 }),
        m,
        v,
      ],
      '[F.batch_norm(x, m, v, w, b, training=True, momentum=0.2), F.batch_norm(x, m, v, eps=0.1), m, v]',
      {
        x: torch.randn([5, 3]),
        m: torch.randn([3]),
        v: torch.rand([3]),
        w: torch.randn([3]),
        b: torch.randn([3]),
      },
    ));

  it('has the generated functions beside those by hand', () =>
    oracle.compare(
      ({ x }) => [F.gelu(x), F.pad(x, [1, 2]), F.huberLoss(x, x.add(2))],
      '[F.gelu(x), F.pad(x, (1, 2)), F.huber_loss(x, x + 2)]',
      { x: torch.randn([4, 3]) },
    ));
});

describe('nn.functional', () => {
  it('warns before it broadcasts a target', () =>
    tidy(() => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      expect(F.mseLoss(torch.zeros([2, 1]), torch.ones([2])).item()).toBe(1);
      expect(warn).toHaveBeenCalledWith(
        expect.stringContaining('target has shape [2], the input [2, 1]'),
      );
      warn.mockRestore();
    }));

  it('refuses arguments that do not fit', () =>
    tidy(() => {
      const [x, y] = [torch.ones([2, 3]), torch.ones([3])];
      expect(() => F.binaryCrossEntropy(x, y)).toThrow("input's shape [2, 3], got [3]");
      expect(() => F.binaryCrossEntropyWithLogits(x, y)).toThrow("input's shape [2, 3], got [3]");
      expect(() => F.mseLoss(x, x, { weight: y })).toThrow(
        "weight must have the input's shape [2, 3], got [3]",
      );
      const reduction = 'avg' as never;
      expect(() => F.mseLoss(x, x, { reduction })).toThrow();
      expect(() => F.mseLoss(x, x, { weight: x, reduction })).toThrow("got 'avg'");
      expect(() => F.dropout(x, 2)).toThrow('between 0 and 1, got 2');
      expect(() => F.batchNorm(x, null, null, { training: true, eps: 0 })).toThrow(
        'eps must be positive',
      );
      expect(() => F.linear(x, [1] as never)).toThrow('linear: weight must be a Tensor');
      expect(() => F.embedding(tensor([0n]), x, { paddingIdx: 2 })).toThrow('within the 2 rows');
    }));
});
