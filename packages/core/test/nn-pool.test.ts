import { nn, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const F = nn.functional;

/** Values that all differ, so that no maximum is a matter of taste. */
function distinct(shape: readonly number[]): Tensor {
  const elements = shape.reduce((count, size) => count * size, 1);
  return torch.randperm(elements).div(7).sub(3).reshape(shape);
}

type Case = readonly [python: string, make: () => nn.Module<[Tensor], Tensor | [Tensor, Tensor]>];

const signal: readonly Case[] = [
  ['nn.MaxPool1d(2)', () => new nn.MaxPool1d(2)],
  [
    'nn.MaxPool1d(3, stride=1, padding=1, dilation=2)',
    () => new nn.MaxPool1d(3, { stride: 1, padding: 1, dilation: 2 }),
  ],
  [
    'nn.MaxPool1d((3,), stride=(2,), ceil_mode=True, return_indices=True)',
    () => new nn.MaxPool1d([3], { stride: [2], ceilMode: true, returnIndices: true }),
  ],
  ['nn.AvgPool1d(2)', () => new nn.AvgPool1d(2)],
  [
    'nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)',
    () => new nn.AvgPool1d(3, { stride: 2, padding: 1, ceilMode: true, countIncludePad: false }),
  ],
  ['nn.LPPool1d(2, 3)', () => new nn.LPPool1d(2, 3)],
  [
    'nn.LPPool1d(4, 3, stride=2, ceil_mode=True)',
    () => new nn.LPPool1d(4, 3, { stride: 2, ceilMode: true }),
  ],
  ["nn.LPPool1d(float('inf'), 3)", () => new nn.LPPool1d(Number.POSITIVE_INFINITY, 3)],
  ["nn.LPPool1d(-float('inf'), 3)", () => new nn.LPPool1d(Number.NEGATIVE_INFINITY, 3)],
  ['nn.AdaptiveAvgPool1d(3)', () => new nn.AdaptiveAvgPool1d(3)],
  ['nn.AdaptiveMaxPool1d(3)', () => new nn.AdaptiveMaxPool1d(3)],
  [
    'nn.AdaptiveMaxPool1d((3,), return_indices=True)',
    () => new nn.AdaptiveMaxPool1d([3], { returnIndices: true }),
  ],
];

const image: readonly Case[] = [
  ['nn.MaxPool2d(2)', () => new nn.MaxPool2d(2)],
  ['nn.MaxPool2d(3, stride=2, padding=1)', () => new nn.MaxPool2d(3, { stride: 2, padding: 1 })],
  [
    'nn.MaxPool2d((3, 2), stride=(1, 2), dilation=(2, 1), ceil_mode=True, return_indices=True)',
    () =>
      new nn.MaxPool2d([3, 2], {
        stride: [1, 2],
        dilation: [2, 1],
        ceilMode: true,
        returnIndices: true,
      }),
  ],
  ['nn.AvgPool2d(2)', () => new nn.AvgPool2d(2)],
  [
    'nn.AvgPool2d((3, 2), stride=2, padding=(1, 0), ceil_mode=True, count_include_pad=False)',
    () =>
      new nn.AvgPool2d([3, 2], {
        stride: 2,
        padding: [1, 0],
        ceilMode: true,
        countIncludePad: false,
      }),
  ],
  ['nn.AvgPool2d(2, divisor_override=3)', () => new nn.AvgPool2d(2, { divisorOverride: 3 })],
  ['nn.LPPool2d(2, 2)', () => new nn.LPPool2d(2, 2)],
  ['nn.LPPool2d(1, (2, 3), stride=(1, 2))', () => new nn.LPPool2d(1, [2, 3], { stride: [1, 2] })],
  ['nn.AdaptiveAvgPool2d(1)', () => new nn.AdaptiveAvgPool2d(1)],
  ['nn.AdaptiveAvgPool2d((None, 3))', () => new nn.AdaptiveAvgPool2d([null, 3])],
  ['nn.AdaptiveMaxPool2d(2)', () => new nn.AdaptiveMaxPool2d(2)],
  [
    'nn.AdaptiveMaxPool2d((3, None), return_indices=True)',
    () => new nn.AdaptiveMaxPool2d([3, null], { returnIndices: true }),
  ],
  [
    'nn.FractionalMaxPool2d(2, output_size=3)',
    () => new nn.FractionalMaxPool2d(2, { outputSize: 3 }),
  ],
  [
    'nn.FractionalMaxPool2d((3, 2), output_ratio=(0.5, 0.7), return_indices=True)',
    () => new nn.FractionalMaxPool2d([3, 2], { outputRatio: [0.5, 0.7], returnIndices: true }),
  ],
];

const volume: readonly Case[] = [
  ['nn.MaxPool3d(2)', () => new nn.MaxPool3d(2)],
  [
    'nn.MaxPool3d((3, 2, 2), stride=1, padding=1, return_indices=True)',
    () => new nn.MaxPool3d([3, 2, 2], { stride: 1, padding: 1, returnIndices: true }),
  ],
  ['nn.AvgPool3d(2)', () => new nn.AvgPool3d(2)],
  [
    'nn.AvgPool3d((3, 2, 2), stride=2, padding=1, divisor_override=5)',
    () => new nn.AvgPool3d([3, 2, 2], { stride: 2, padding: 1, divisorOverride: 5 }),
  ],
  ['nn.LPPool3d(2, 2)', () => new nn.LPPool3d(2, 2)],
  [
    'nn.LPPool3d(1, (2, 3, 2), stride=2, ceil_mode=True)',
    () => new nn.LPPool3d(1, [2, 3, 2], { stride: 2, ceilMode: true }),
  ],
  ['nn.AdaptiveAvgPool3d((2, None, 3))', () => new nn.AdaptiveAvgPool3d([2, null, 3])],
  ['nn.AdaptiveMaxPool3d((2, None, 3))', () => new nn.AdaptiveMaxPool3d([2, null, 3])],
  [
    'nn.AdaptiveMaxPool3d(2, return_indices=True)',
    () => new nn.AdaptiveMaxPool3d(2, { returnIndices: true }),
  ],
  [
    'nn.FractionalMaxPool3d(2, output_size=(3, 2, 2))',
    () => new nn.FractionalMaxPool3d(2, { outputSize: [3, 2, 2] }),
  ],
  [
    'nn.FractionalMaxPool3d(2, output_ratio=0.6, return_indices=True)',
    () => new nn.FractionalMaxPool3d(2, { outputRatio: 0.6, returnIndices: true }),
  ],
];

describeWithOracle('poolings', (oracle) => {
  for (const [cases, sizes] of [
    [signal, [9]],
    [image, [7, 6]],
    [volume, [5, 6, 4]],
  ] as const) {
    it.each(cases)('%s', (python, make) =>
      oracle.compare(
        ({ batch, single }) => {
          const layer = make();
          return [layer.call(batch), layer.call(single), layer.toString()].flat();
        },
        `m = ${python}
flat = lambda y: [*y] if isinstance(y, tuple) else [y]
result = [*flat(m(batch)), *flat(m(single)), repr(m)]`,
        { batch: distinct([2, 3, ...sizes]), single: distinct([3, ...sizes]) },
        { gradients: true, absolute: 1e-4, relative: 1e-4 },
      ),
    );
  }

  it('LPPool2d has no gradient where all is 0', () =>
    oracle.compare(
      ({ x }) => new nn.LPPool2d(1, 2).call(x),
      'nn.LPPool2d(1, 2)(x)',
      { x: torch.zeros([1, 1, 4, 4]) },
      { gradients: true },
    ));

  for (const [n, sizes] of [
    [1, [8]],
    [2, [6, 8]],
    [3, [4, 6, 4]],
  ] as const) {
    const pools = { 1: nn.MaxPool1d, 2: nn.MaxPool2d, 3: nn.MaxPool3d } as const;
    const unpools = { 1: nn.MaxUnpool1d, 2: nn.MaxUnpool2d, 3: nn.MaxUnpool3d } as const;

    it(`MaxUnpool${n}d, also of another size`, () =>
      oracle.compare(
        ({ x }) => {
          const pool = new pools[n](2, { returnIndices: true });
          const unpool = new unpools[n](2);
          const [values, indices] = pool.call(x);
          const larger = sizes.map((size) => size + 1);
          return [
            unpool.call(values, indices),
            unpool.call(values, indices, larger),
            unpool.call(values, indices, [2, 3, ...larger]),
            unpool.toString(),
          ];
        },
        `pool, unpool = nn.MaxPool${n}d(2, return_indices=True), nn.MaxUnpool${n}d(2)
v, i = pool(x)
larger = [n + 1 for n in x.shape[2:]]
result = [unpool(v, i), unpool(v, i, larger), unpool(v, i, [2, 3, *larger]), repr(unpool)]`,
        { x: distinct([2, 3, ...sizes]) },
        { gradients: true },
      ));

    it(`MaxUnpool${n}d of overlapping windows`, () =>
      oracle.compare(
        ({ x }) => {
          const options = { stride: 2, padding: 1 };
          const [values, indices] = new pools[n](3, { ...options, returnIndices: true }).call(x);
          return new unpools[n](3, options).call(values, indices, sizes);
        },
        `v, i = nn.MaxPool${n}d(3, stride=2, padding=1, return_indices=True)(x)
result = nn.MaxUnpool${n}d(3, stride=2, padding=1)(v, i, [*x.shape[2:]])`,
        { x: distinct([2, 3, ...sizes]) },
      ));
  }

  it('functional', () =>
    oracle.compare(
      ({ s, x, v, r }) => [
        F.maxPool1d(s, 2),
        ...F.maxPool1dWithIndices(s, 2),
        F.maxPool2d(x, 2),
        F.avgPool1d(s, 2),
        F.adaptiveAvgPool1d(s, 2),
        F.adaptiveAvgPool2d(x, [null, 2]),
        F.adaptiveAvgPool3d(v, 2),
        F.adaptiveMaxPool1d(s, 2),
        F.adaptiveMaxPool2d(x, [2, null]),
        ...F.adaptiveMaxPool2dWithIndices(x, 2),
        F.adaptiveMaxPool3d(v, 2),
        F.lpPool1d(s.abs(), 1.5, 2),
        F.lpPool2d(x, 2, 2, { stride: 1 }),
        F.fractionalMaxPool2d(x, 2, { outputSize: 3, randomSamples: r.detach() }),
        ...F.fractionalMaxPool3dWithIndices(v, 2, { outputRatio: 0.5 }),
      ],
      `[F.max_pool1d(s, 2), *F.max_pool1d_with_indices(s, 2), F.max_pool2d(x, 2), F.avg_pool1d(s, 2),
F.adaptive_avg_pool1d(s, 2), F.adaptive_avg_pool2d(x, (None, 2)), F.adaptive_avg_pool3d(v, 2), F.adaptive_max_pool1d(s, 2),
F.adaptive_max_pool2d(x, (2, None)), *F.adaptive_max_pool2d(x, 2, return_indices=True), F.adaptive_max_pool3d(v, 2),
F.lp_pool1d(s.abs(), 1.5, 2), F.lp_pool2d(x, 2, 2, stride=1), F.fractional_max_pool2d(x, 2, 3, _random_samples=r.detach()),
*F.fractional_max_pool3d(v, 2, output_ratio=(0.5, 0.5, 0.5), return_indices=True)]`,
      {
        s: distinct([2, 3, 6]),
        x: distinct([2, 3, 6, 6]),
        v: distinct([2, 3, 4, 4, 4]),
        r: torch.rand([2, 3, 2]),
      },
      { gradients: true, absolute: 1e-4, relative: 1e-4 },
    ));

  it('refuses what does not fit', () =>
    tidy(() => {
      expect(() => new nn.MaxPool2d(0)).toThrow(
        'MaxPool2d: kernelSize must be a whole number or 2',
      );
      expect(() => new nn.MaxPool2d([2, 2, 2])).toThrow('got [ 2, 2, 2 ]');
      expect(() => new nn.AvgPool1d(2, { stride: 0 })).toThrow('AvgPool1d: stride must be');
      expect(() => new nn.AvgPool3d(2, { padding: -1 })).toThrow('AvgPool3d: padding must be');
      expect(() => new nn.LPPool2d(2, 2.5)).toThrow('LPPool2d: kernelSize must be');
      expect(() => new nn.AdaptiveAvgPool2d([1, 2, 3])).toThrow('outputSize must be');
      expect(() => new nn.AdaptiveMaxPool1d(-1)).toThrow('AdaptiveMaxPool1d: outputSize must be');
      expect(() => new nn.FractionalMaxPool2d(2, {})).toThrow('either outputSize or outputRatio');
      expect(() => new nn.FractionalMaxPool2d(2, { outputSize: 2, outputRatio: 0.5 })).toThrow(
        'FractionalMaxPool2d: give either outputSize or outputRatio',
      );
      expect(() => new nn.FractionalMaxPool3d(2, { outputRatio: 1 })).toThrow('below 1, or 3');
      const x = torch.ones([1, 1, 2, 2]);
      const i = torch.zeros([1, 1, 2, 2], { dtype: 'int64' });
      const unpool = new nn.MaxUnpool2d(2);
      expect(() => unpool.call(x, i, [6, 4])).toThrow(
        'outputSize must differ from [4, 4] by less than the stride [2, 2], got [6, 4]',
      );
      expect(() => unpool.call(x, i, [4])).toThrow('must have 2 or 4 numbers, got [4]');
      expect(() => unpool.call(x, [0] as never)).toThrow('maxUnpool2d: indices must be a Tensor');
      expect(() => F.adaptiveMaxPool2d([1] as never, 2)).toThrow('input must be a Tensor');
    }));
});
