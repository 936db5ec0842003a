import { nn, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const F = nn.functional;

type Case = readonly [python: string, make: () => nn.Module];

const signal: readonly Case[] = [
  ['nn.ZeroPad1d(2)', () => new nn.ZeroPad1d(2)],
  ['nn.ConstantPad1d((1, -1), 3.5)', () => new nn.ConstantPad1d([1, -1], 3.5)],
  ['nn.ConstantPad1d(1, -2)', () => new nn.ConstantPad1d(1, -2)],
  ['nn.ReflectionPad1d((2, 1))', () => new nn.ReflectionPad1d([2, 1])],
  ['nn.ReplicationPad1d((0, 3))', () => new nn.ReplicationPad1d([0, 3])],
  ['nn.CircularPad1d(2)', () => new nn.CircularPad1d(2)],
  ['nn.Flatten()', () => new nn.Flatten()],
  ['nn.Upsample(size=7)', () => new nn.Upsample({ size: 7 })],
  [
    "nn.Upsample(scale_factor=2.5, mode='linear')",
    () => new nn.Upsample({ scaleFactor: 2.5, mode: 'linear' }),
  ],
  [
    "nn.Upsample(scale_factor=2, mode='area')",
    () => new nn.Upsample({ scaleFactor: 2, mode: 'area' }),
  ],
  [
    "nn.Upsample(size=(9,), mode='nearest-exact')",
    () => new nn.Upsample({ size: [9], mode: 'nearestExact' }),
  ],
];

const image: readonly Case[] = [
  ['nn.ZeroPad2d((1, 0, 2, 1))', () => new nn.ZeroPad2d([1, 0, 2, 1])],
  ['nn.ConstantPad2d(1, 0.25)', () => new nn.ConstantPad2d(1, 0.25)],
  ['nn.ReflectionPad2d((1, 2, 0, 3))', () => new nn.ReflectionPad2d([1, 2, 0, 3])],
  ['nn.ReplicationPad2d(2)', () => new nn.ReplicationPad2d(2)],
  ['nn.CircularPad2d((1, 2, 0, 3))', () => new nn.CircularPad2d([1, 2, 0, 3])],
  ['nn.Flatten(0, 1)', () => new nn.Flatten(0, 1)],
  ['nn.Unflatten(1, (2, -1, 1))', () => new nn.Unflatten(1, [2, -1, 1])],
  ['nn.Unfold(2)', () => new nn.Unfold(2)],
  [
    'nn.Unfold((3, 2), dilation=(1, 2), padding=1, stride=(2, 1))',
    () => new nn.Unfold([3, 2], { dilation: [1, 2], padding: 1, stride: [2, 1] }),
  ],
  ['nn.PixelShuffle(2)', () => new nn.PixelShuffle(2)],
  ['nn.PixelUnshuffle(2)', () => new nn.PixelUnshuffle(2)],
  ['nn.ChannelShuffle(2)', () => new nn.ChannelShuffle(2)],
  ['nn.Upsample(scale_factor=2)', () => new nn.Upsample({ scaleFactor: 2 })],
  [
    'nn.Upsample(scale_factor=(1.5, 0.7), recompute_scale_factor=True)',
    () => new nn.Upsample({ scaleFactor: [1.5, 0.7], recomputeScaleFactor: true }),
  ],
  [
    "nn.Upsample(size=(3, 9), mode='nearest-exact')",
    () => new nn.Upsample({ size: [3, 9], mode: 'nearestExact' }),
  ],
  [
    "nn.Upsample(scale_factor=1.7, mode='bilinear')",
    () => new nn.Upsample({ scaleFactor: 1.7, mode: 'bilinear' }),
  ],
  [
    "nn.Upsample(size=9, mode='bilinear', align_corners=True)",
    () => new nn.Upsample({ size: 9, mode: 'bilinear', alignCorners: true }),
  ],
  [
    "nn.Upsample(scale_factor=(2, 0.6), mode='bicubic')",
    () => new nn.Upsample({ scaleFactor: [2, 0.6], mode: 'bicubic' }),
  ],
  ["nn.Upsample(size=(3, 5), mode='area')", () => new nn.Upsample({ size: [3, 5], mode: 'area' })],
  ['nn.UpsamplingNearest2d(size=8)', () => new nn.UpsamplingNearest2d({ size: 8 })],
  [
    'nn.UpsamplingBilinear2d(scale_factor=2)',
    () => new nn.UpsamplingBilinear2d({ scaleFactor: 2 }),
  ],
];

const volume: readonly Case[] = [
  ['nn.ZeroPad3d((1, 0, 2, 1, 0, 1))', () => new nn.ZeroPad3d([1, 0, 2, 1, 0, 1])],
  ['nn.ConstantPad3d(1, 0.1)', () => new nn.ConstantPad3d(1, 0.1)],
  ['nn.ReflectionPad3d((1, 2, 0, 1, 1, 0))', () => new nn.ReflectionPad3d([1, 2, 0, 1, 1, 0])],
  ['nn.ReplicationPad3d(1)', () => new nn.ReplicationPad3d(1)],
  ['nn.CircularPad3d((1, 2, 0, 1, 1, 0))', () => new nn.CircularPad3d([1, 2, 0, 1, 1, 0])],
  [
    "nn.Upsample(scale_factor=2, mode='trilinear')",
    () => new nn.Upsample({ scaleFactor: 2, mode: 'trilinear' }),
  ],
  [
    "nn.Upsample(size=(2, 3, 6), mode='trilinear', align_corners=True)",
    () => new nn.Upsample({ size: [2, 3, 6], mode: 'trilinear', alignCorners: true }),
  ],
  [
    "nn.Upsample(scale_factor=1.5, mode='area')",
    () => new nn.Upsample({ scaleFactor: 1.5, mode: 'area' }),
  ],
  ['nn.Upsample(size=5)', () => new nn.Upsample({ size: 5 })],
];

describeWithOracle('layers that change the shape', (oracle) => {
  for (const [cases, shape] of [
    [signal, [2, 3, 5]],
    [image, [2, 4, 6, 4]],
    [volume, [2, 3, 3, 4, 4]],
  ] as const) {
    it.each(cases)('%s', (python, make) =>
      oracle.compare(
        ({ x }) => {
          const layer = make();
          return [layer.call(x), layer.toString()];
        },
        `m = ${python}\nresult = [m(x), repr(m)]`,
        { x: torch.randn(shape) },
        { gradients: true, absolute: 1e-4 },
      ),
    );
  }

  it.each([
    ['nn.Fold((5, 4), 2)', () => new nn.Fold([5, 4], 2)],
    [
      'nn.Fold(6, (2, 2), padding=1, stride=(2, 3), dilation=(1, 1))',
      () => new nn.Fold(6, [2, 2], { padding: 1, stride: [2, 3], dilation: [1, 1] }),
    ],
  ] as const)('%s', (python, make) =>
    oracle.compare(
      ({ x }) => [make().call(x), make().call(x.select(0, 0)), make().toString()],
      `m = ${python}\nresult = [m(x), m(x[0]), repr(m)]`,
      { x: torch.randn([2, 12, 12]) },
      { gradients: true },
    ),
  );

  it('interpolate with antialias', () =>
    oracle.compare(
      ({ x }) => [
        F.interpolate(x, { size: 5, mode: 'bilinear', antialias: true }),
        F.interpolate(x, { scaleFactor: 0.4, mode: 'bicubic', antialias: true }),
        F.interpolate(x, { size: [4, 6], mode: 'lanczos', antialias: true }),
      ],
      `[F.interpolate(x, 5, mode='bilinear', antialias=True), F.interpolate(x, scale_factor=0.4, mode='bicubic', antialias=True),
F.interpolate(x, (4, 6), mode='lanczos', antialias=True)]`,
      { x: torch.randn([1, 2, 11, 9]) },
      { gradients: true, absolute: 1e-4 },
    ));

  it.each(['bilinear', 'nearest', 'bicubic'] as const)('gridSample and affineGrid, %s', (mode) =>
    oracle.compare(
      ({ x, t }) =>
        (['zeros', 'border', 'reflection'] as const).map((paddingMode) => {
          const alignCorners = paddingMode === 'border';
          const grid = F.affineGrid(t, [2, 3, 5, 6], { alignCorners });
          return F.gridSample(x, grid, { mode, paddingMode, alignCorners });
        }),
      `[F.grid_sample(x, F.affine_grid(t, (2, 3, 5, 6), align_corners=p == 'border'), mode, p, align_corners=p == 'border')
for p in ('zeros', 'border', 'reflection')]`,
      { x: torch.randn([2, 3, 4, 4]), t: torch.randn([2, 2, 3]), mode },
      { absolute: 1e-3 },
    ),
  );

  it('gridSample and affineGrid of a volume', () =>
    oracle.compare(
      ({ x, t }) => F.gridSample(x, F.affineGrid(t, [2, 3, 2, 3, 4])),
      'F.grid_sample(x, F.affine_grid(t, (2, 3, 2, 3, 4), align_corners=False), align_corners=False)',
      { x: torch.randn([2, 3, 4, 4, 4]), t: torch.rand([2, 3, 4]).mul(0.2) },
      { gradients: true, absolute: 1e-3 },
    ));

  it('AdaptiveConcatPool2d: the largest values, then the means', () =>
    oracle.compare(
      ({ x }) => [new nn.AdaptiveConcatPool2d().call(x), new nn.AdaptiveConcatPool2d(2).call(x)],
      `[torch.cat([F.adaptive_max_pool2d(x, n), F.adaptive_avg_pool2d(x, n)], 1) for n in (1, 2)]`,
      { x: torch.randn([2, 3, 5, 4]) },
      { gradients: true },
    ));

  it('AdaptiveConcatPool2d prints its parts in their order', () => {
    expect(new nn.AdaptiveConcatPool2d().toString()).toBe(
      'AdaptiveConcatPool2d(\n  (ap): AdaptiveAvgPool2d(output_size=1)\n  (mp): AdaptiveMaxPool2d(output_size=1)\n)',
    );
  });

  it('bnDropLin', () =>
    oracle.compare(
      ({ x }) => {
        const model = new nn.Sequential(
          ...nn.bnDropLin(4, 6, { p: 0.3, actn: new nn.ReLU() }),
          ...nn.bnDropLin(6, 2, { bn: false }),
        );
        const y = model.call(x);
        y.square().sum().backward();
        return [y, ...stateOf(model), model.toString()];
      },
      `${pythonState}m = nn.Sequential(nn.BatchNorm1d(4), nn.Dropout(0.3), nn.Linear(4, 6), nn.ReLU(), nn.Linear(6, 2))
y = m(x)
y.square().sum().backward()
result = [y, *state(m), repr(m)]`,
      { x: torch.randn([5, 4]) },
      { absolute: 1e-4, relative: 1e-4 },
    ));

  it('SigmoidRange', () =>
    oracle.compare(
      ({ x }) => [new nn.SigmoidRange(-1, 5.5).call(x), nn.sigmoidRange(x, 2, 3)],
      '[torch.sigmoid(x) * 6.5 - 1, torch.sigmoid(x) + 2]',
      { x: torch.randn([9]) },
      { gradients: true },
    ));

  it('refuses what does not fit', () =>
    tidy(() => {
      const image = torch.ones([1, 2, 4, 4]);
      const call = (options: Parameters<typeof F.interpolate>[1]) => () =>
        F.interpolate(image, options);
      expect(call({})).toThrow('interpolate: give either size or scaleFactor');
      expect(call({ size: 2, scaleFactor: 2 })).toThrow('give either size or scaleFactor');
      expect(call({ size: [2, 2, 2] })).toThrow('size must be a whole number or 2 of them');
      expect(call({ scaleFactor: [2] })).toThrow('scaleFactor must be a number above 0, or 2');
      expect(call({ size: 2, mode: 'linear' })).toThrow(
        "mode 'linear' takes an input of 3 dimensions, got shape [1, 2, 4, 4]",
      );
      expect(call({ size: 2, mode: 'cubic' as never })).toThrow("got 'cubic'");
      expect(call({ size: 2, alignCorners: true })).toThrow("'nearest' has no option alignCorners");
      expect(call({ size: 2, antialias: true })).toThrow("'nearest' has no option antialias");
      expect(call({ size: 2, mode: 'lanczos' })).toThrow("mode 'lanczos' needs antialias");
      expect(call({ size: 2, recomputeScaleFactor: true })).toThrow('needs a scaleFactor');
      expect(() => F.interpolate([1] as never, { size: 2 })).toThrow('input must be a Tensor');
      expect(() => F.gridSample(image, image, { mode: 'cubic' as never })).toThrow(
        "gridSample: mode must be 'bilinear', 'nearest', 'bicubic', got 'cubic'",
      );
      expect(() => F.affineGrid(torch.ones([1, 2, 3]), [1, 1, 2])).toThrow('4 or 5 numbers');
      expect(() => F.affineGrid(torch.ones([1, 3, 3]), [1, 1, 2, 2])).toThrow(
        'theta must have shape [batch, 2, 3] for 4 sizes, got [1, 3, 3]',
      );
      expect(() => new nn.ZeroPad2d([1, 2])).toThrow(
        'ZeroPad2d: padding must be a whole number or 4 of them, got [ 1, 2 ]',
      );
      expect(() => new nn.CircularPad1d(1).call(image)).toThrow('must have 2 or 3 dimensions');
      expect(() => new nn.ReflectionPad2d(4).call(image)).toThrow();
      expect(() => new nn.Unflatten(1, 4 as never)).toThrow('unflattenedSize must be a list');
      expect(() => new nn.Unflatten(1, [2, 2]).call(image)).toThrow();
      expect(() => new nn.Unfold(0)).toThrow('Unfold: kernelSize must be a whole number or 2');
      expect(() => new nn.Fold([1, 2, 3], 2)).toThrow('Fold: outputSize must be');
      expect(() => F.unfold([1] as never, 2)).toThrow('unfold: input must be a Tensor');
      expect(() => new nn.PixelShuffle(0)).toThrow('upscaleFactor must be one whole number');
      expect(() => new nn.PixelShuffle(3).call(image)).toThrow();
      expect(() => new nn.ChannelShuffle(1.5)).toThrow('ChannelShuffle: groups must be');
    }));
});
