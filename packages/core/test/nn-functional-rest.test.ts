import { nn, tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const F = nn.functional;
const tolerance = { absolute: 1e-4, relative: 1e-4 };

/** Values that all differ, so that no maximum is a matter of taste. */
function distinct(shape: readonly number[]) {
  const elements = shape.reduce((count, size) => count * size, 1);
  return torch.randperm(elements).div(7).sub(3).reshape(shape);
}

describeWithOracle('further functionals', (oracle) => {
  it('activations', () =>
    oracle.compare(
      ({ x }) => [
        F.threshold(x, 0.1, 20),
        F.glu(x, -1),
        F.relu6(x.mul(4)),
        F.selu(x),
        F.tanhshrink(x),
        F.softsign(x),
        F.softplus(x, { beta: 2, threshold: 1 }),
        F.softshrink(x, 0.3),
        F.tanh(x),
        F.sigmoid(x),
        F.hardsigmoid(x.mul(4)),
        F.silu(x),
        F.mish(x),
        F.hardswish(x.mul(4)),
      ],
      `[F.threshold(x, 0.1, 20), F.glu(x, -1), F.relu6(x * 4), F.selu(x), F.tanhshrink(x), F.softsign(x),
F.softplus(x, 2, 1), F.softshrink(x, 0.3), F.tanh(x), F.sigmoid(x), F.hardsigmoid(x * 4), F.silu(x), F.mish(x),
F.hardswish(x * 4)]`,
      { x: torch.randn([3, 6]) },
      { gradients: true, ...tolerance },
    ));

  it('activations that overwrite', () =>
    oracle.compare(
      ({ x }) => [
        F.hardtanh_(x.clone(), -0.5, 0.7),
        F.elu_(x.clone(), 0.7),
        F.leakyRelu_(x.clone(), 0.3),
      ],
      '[F.hardtanh_(x.clone(), -0.5, 0.7), F.elu_(x.clone(), 0.7), F.leaky_relu_(x.clone(), 0.3)]',
      { x: torch.randn([3, 6]) },
      { gradients: true },
    ));

  it('convolutions', () =>
    oracle.compare(
      ({ s, v, w1, w3, t1, t3, b }) => [
        F.conv1d(s, w1, b, { stride: 2, padding: 1 }),
        F.conv3d(v, w3, b, { dilation: 2 }),
        F.convTranspose1d(s, t1, b, { stride: 2, outputPadding: 1 }),
        F.convTranspose3d(v, t3, b, { padding: 1 }),
      ],
      `[F.conv1d(s, w1, b, stride=2, padding=1), F.conv3d(v, w3, b, dilation=2),
F.conv_transpose1d(s, t1, b, stride=2, output_padding=1), F.conv_transpose3d(v, t3, b, padding=1)]`,
      {
        s: torch.randn([2, 3, 9]),
        v: torch.randn([2, 3, 5, 6, 5]),
        w1: torch.randn([4, 3, 3]),
        w3: torch.randn([4, 3, 2, 2, 2]),
        t1: torch.randn([3, 4, 3]),
        t3: torch.randn([3, 4, 2, 2, 2]),
        b: torch.randn([4]),
      },
      { gradients: true, absolute: 1e-3, relative: 1e-3 },
    ));

  it('poolings, with and without the places of the values', () =>
    oracle.compare(
      ({ s, x, v, r }) => [
        F.avgPool2d(x, 2, { padding: 1, countIncludePad: false }),
        F.avgPool3d(v, [2, 1, 2]),
        F.maxPool3d(v, 3, 2, 1),
        ...F.maxPool1d(s, 3, { stride: 1, returnIndices: true }),
        ...F.maxPool2d(x, 2, { ceilMode: true, returnIndices: true }),
        ...F.maxPool3d(v, 2, { returnIndices: true }),
        F.maxPool2d(x, 2, { stride: 1, returnIndices: false }),
        ...F.maxPool2dWithIndices(x, 3, 2, 1),
        ...F.maxPool3dWithIndices(v, 2),
        ...F.adaptiveMaxPool1dWithIndices(s, 3),
        ...F.adaptiveMaxPool1d(s, 4, { returnIndices: true }),
        ...F.adaptiveMaxPool2d(x, [null, 2], { returnIndices: true }),
        ...F.adaptiveMaxPool3dWithIndices(v, [2, null, 3]),
        ...F.adaptiveMaxPool3d(v, 2, { returnIndices: true }),
        F.lpPool3d(v, 2, 2),
        ...F.fractionalMaxPool2dWithIndices(x, 2, { outputSize: 3, randomSamples: r.detach() }),
        ...F.fractionalMaxPool2d(x, 2, { outputRatio: 0.5, returnIndices: true }),
        F.fractionalMaxPool3d(v, 2, { outputSize: 2 }),
      ],
      `[F.avg_pool2d(x, 2, padding=1, count_include_pad=False), F.avg_pool3d(v, (2, 1, 2)), F.max_pool3d(v, 3, 2, 1),
*F.max_pool1d(s, 3, stride=1, return_indices=True), *F.max_pool2d(x, 2, ceil_mode=True, return_indices=True),
*F.max_pool3d(v, 2, return_indices=True), F.max_pool2d(x, 2, stride=1), *F.max_pool2d_with_indices(x, 3, 2, 1),
*F.max_pool3d_with_indices(v, 2), *F.adaptive_max_pool1d_with_indices(s, 3), *F.adaptive_max_pool1d(s, 4, True),
*F.adaptive_max_pool2d(x, (None, 2), True), *F.adaptive_max_pool3d_with_indices(v, (2, None, 3)),
*F.adaptive_max_pool3d(v, 2, True), F.lp_pool3d(v, 2, 2),
*F.fractional_max_pool2d_with_indices(x, 2, 3, _random_samples=r.detach()),
*F.fractional_max_pool2d(x, 2, output_ratio=(0.5, 0.5), return_indices=True), F.fractional_max_pool3d(v, 2, 2)]`,
      {
        s: distinct([2, 3, 8]),
        x: distinct([2, 3, 6, 7]),
        v: distinct([2, 3, 4, 5, 4]),
        r: torch.rand([2, 3, 2]),
      },
      { gradients: true, ...tolerance },
    ));

  it('unpoolings', () =>
    oracle.compare(
      ({ s, x, v }) => [
        F.maxUnpool1d(...F.maxPool1dWithIndices(s, 2), 2),
        F.maxUnpool2d(...F.maxPool2dWithIndices(x, 2), 2, { outputSize: [6, 7] }),
        F.maxUnpool3d(...F.maxPool3dWithIndices(v, 2), 2),
      ],
      `[F.max_unpool1d(*F.max_pool1d_with_indices(s, 2), 2),
F.max_unpool2d(*F.max_pool2d_with_indices(x, 2), 2, output_size=(6, 7)),
F.max_unpool3d(*F.max_pool3d_with_indices(v, 2), 2)]`,
      { s: distinct([2, 3, 8]), x: distinct([2, 3, 6, 7]), v: distinct([2, 3, 4, 6, 4]) },
      { gradients: true },
    ));

  it('rearrangements', () =>
    oracle.compare(
      ({ x, i, c }) => [
        F.pixelShuffle(x, 2),
        F.pixelUnshuffle(x, 3),
        F.channelShuffle(x, 4),
        F.nativeChannelShuffle(x.detach(), 2),
        F.oneHot(i, 5),
        F.unfold(x, [2, 3], { stride: 2 }),
        F.fold(c, [4, 5], 2, { padding: 1, stride: 2 }),
      ],
      `[F.pixel_shuffle(x, 2), F.pixel_unshuffle(x, 3), F.channel_shuffle(x, 4), F.native_channel_shuffle(x.detach(), 2),
F.one_hot(i, 5), F.unfold(x, (2, 3), stride=2), F.fold(c, (4, 5), 2, padding=1, stride=2)]`,
      {
        x: torch.randn([2, 8, 6, 6]),
        i: torch.randint(0, 5, [3, 2]),
        c: torch.randn([2, 12, 9]),
      },
      { gradients: true },
    ));

  it('upsampling under its older names', () =>
    oracle.compare(
      ({ x }) => [
        F.upsample(x, { scaleFactor: 2, mode: 'bicubic', alignCorners: true }),
        F.upsampleNearest(x, { size: [5, 7] }),
        F.upsampleBilinear(x, { scaleFactor: 3 }),
      ],
      `[F.upsample(x, scale_factor=2, mode='bicubic', align_corners=True), F.upsample_nearest(x, (5, 7)),
F.upsample_bilinear(x, scale_factor=3)]`,
      { x: torch.randn([2, 3, 3, 4]) },
      { gradients: true, ...tolerance },
    ));

  it('bilinear, attention and a margin loss', () =>
    oracle.compare(
      ({ a, b, w, q, k, v, m, t }) => [
        F.bilinear(a, b, w),
        F.scaledDotProductAttention(q, k, v, { attnMask: m }),
        F.scaledDotProductAttention(q, k, v, { isCausal: true, scale: 0.3 }),
        F.multilabelMarginLoss(a, t),
      ],
      `[F.bilinear(a, b, w), F.scaled_dot_product_attention(q, k, v, m),
F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.3), F.multilabel_margin_loss(a, t)]`,
      {
        a: torch.randn([2, 4]),
        b: torch.randn([2, 3]),
        w: torch.randn([5, 4, 3]),
        q: torch.randn([2, 3, 4]),
        k: torch.randn([2, 5, 4]),
        v: torch.randn([2, 5, 4]),
        m: torch.randn([3, 5]),
        t: tensor(
          [
            [3, 0, -1, 1],
            [1, -1, 0, 2],
          ],
          { dtype: 'int64' },
        ),
      },
      { gradients: true, ...tolerance },
    ));

  const reductions = ['none', 'mean', 'sum'] as const;

  it.each(reductions)('linearCrossEntropy, %s', (reduction) =>
    oracle.compare(
      ({ x, w, b, c, i, p, wk, bk, ik }) => [
        F.linearCrossEntropy(x, w, i, { reduction }),
        F.linearCrossEntropy(x, w, i, { reduction, linearBias: b, weight: c.detach() }),
        F.linearCrossEntropy(x, w, i, { reduction, ignoreIndex: 1, labelSmoothing: 0.1 }),
        F.linearCrossEntropy(x, w, p.softmax(1), { reduction }),
        F.linearCrossEntropy(x, wk, ik, { reduction, linearBias: bk }),
        F.linearCrossEntropy(x.at(0), w, i.at(0), { reduction }),
      ],
      `l = lambda *a, **k: F.linear_cross_entropy(*a, reduction='${reduction}', **k)
result = [l(x, w, i), l(x, w, i, linear_bias=b, weight=c.detach()), l(x, w, i, ignore_index=1, label_smoothing=0.1),
l(x, w, p.softmax(1)), l(x, wk, ik, linear_bias=bk), l(x[0], w, i[0])]`,
      {
        x: torch.randn([3, 4]),
        w: torch.randn([5, 4]),
        b: torch.randn([5]),
        c: torch.rand([5]),
        i: torch.randint(0, 5, [3]),
        p: torch.randn([3, 5]),
        wk: torch.randn([5, 2, 4]),
        bk: torch.randn([5, 2]),
        ik: torch.randint(0, 5, [3, 2]),
      },
      { gradients: true, ...tolerance },
    ),
  );

  it('groupedMm of a batch, and of the parts of a matrix', () =>
    oracle.compare(
      ({ a, b, rows, offs }) => [F.groupedMm(a, b), F.groupedMm(rows, b, { offs })],
      '[F.grouped_mm(a, b), F.grouped_mm(rows, b, offs=offs)]',
      {
        a: torch.randn([2, 4, 8]),
        b: torch.randn([2, 8, 16]),
        rows: torch.randn([12, 8]),
        offs: tensor([5, 12], { dtype: 'int32' }),
      },
      { gradients: true, ...tolerance },
    ));

  it('refuse what does not fit', () =>
    tidy(() => {
      const [x, w] = [torch.ones([2, 4]), torch.ones([5, 4])];
      const i = torch.zeros([2], { dtype: 'int64' });
      expect(() => F.linearCrossEntropy(x, torch.ones([5, 3]), i)).toThrow(
        'the last one of size 3, got shape [2, 4]',
      );
      expect(() => F.linearCrossEntropy(x, w, i, { linearBias: torch.ones([4]) })).toThrow(
        'linearBias must have the shape [5], got [4]',
      );
      expect(() => F.linearCrossEntropy(x.at(0), torch.ones([5, 2, 4]), i)).toThrow(
        'outFeatures need an input with batch, got [4]',
      );
      const probabilities = torch.ones([2, 5]);
      expect(() => F.linearCrossEntropy(x, w, probabilities, { ignoreIndex: 1 })).toThrow(
        'a target of probabilities has no ignoreIndex',
      );
      expect(() => F.linearCrossEntropy([1] as never, w, i)).toThrow('input must be a Tensor');
      const image = torch.ones([1, 1, 2, 2]);
      expect(() => F.maxPool2d(image, 2, { returnIndices: 1 as never })).toThrow(
        'returnIndices must be a boolean, got 1',
      );
      expect(() => F.groupedMm(x, w, { off: null } as never)).toThrow("no option 'off'");
      expect(() => F.upsampleNearest(image)).toThrow('give either size or scaleFactor');
    }));
});
