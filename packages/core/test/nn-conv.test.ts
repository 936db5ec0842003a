import { nn, type Tensor, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const convolutions = { 1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d } as const;
const transposed = {
  1: nn.ConvTranspose1d,
  2: nn.ConvTranspose2d,
  3: nn.ConvTranspose3d,
} as const;
const dims = [1, 2, 3] as const;
const spatial = [7, 6, 5];

describeWithOracle('convolutions', (oracle) => {
  const cases: readonly (readonly [name: string, options: nn.ConvOptions, python: string])[] = [
    ['plain', {}, ''],
    ['strided and padded', { stride: 2, padding: 1 }, 'stride=2, padding=1'],
    ['dilated, grouped', { dilation: 2, groups: 2 }, 'dilation=2, groups=2'],
    ['without bias', { bias: false }, 'bias=False'],
    ["padding 'same'", { padding: 'same' }, "padding='same'"],
    ["padding 'valid'", { padding: 'valid' }, "padding='valid'"],
    ...(['reflect', 'replicate', 'circular'] as const).flatMap(
      (paddingMode) =>
        [
          [
            `padding mode ${paddingMode}`,
            { padding: 1, paddingMode, stride: 2 },
            `padding=1, padding_mode='${paddingMode}', stride=2`,
          ],
          [
            `padding 'same', mode ${paddingMode}`,
            { padding: 'same', paddingMode },
            `padding='same', padding_mode='${paddingMode}'`,
          ],
        ] as const,
    ),
  ];

  for (const n of dims) {
    const shape = spatial.slice(0, n);

    it.each(cases)(`Conv${n}d, %s`, (_, options, python) =>
      oracle.compare(
        ({ x }) => {
          const layer = new convolutions[n](4, 6, 2, options);
          const y = layer.call(x.requiresGrad_());
          y.square().sum().backward();
          return [y, x.grad, ...stateOf(layer), layer.toString()];
        },
        `${pythonState}m = nn.Conv${n}d(4, 6, 2${python && `, ${python}`})
y = m(x.requires_grad_())
y.square().sum().backward()
result = [y, x.grad, *state(m), repr(m)]`,
        { x: torch.randn([2, 4, ...shape]) },
        { absolute: 1e-3, relative: 1e-4 },
      ),
    );

    it.each([
      ['plain', {}, ''],
      ['strided', { stride: 2, outputPadding: 1 }, 'stride=2, output_padding=1'],
      ['dilated, padded', { dilation: 2, padding: 1 }, 'dilation=2, padding=1'],
      ['grouped, without bias', { groups: 2, bias: false }, 'groups=2, bias=False'],
    ] as const)(`ConvTranspose${n}d, %s`, (_, options, python) =>
      oracle.compare(
        ({ x }) => {
          const layer = new transposed[n](4, 6, 3, options);
          const y = layer.call(x.requiresGrad_());
          y.square().sum().backward();
          return [y, x.grad, ...stateOf(layer), layer.toString()];
        },
        `${pythonState}m = nn.ConvTranspose${n}d(4, 6, 3${python && `, ${python}`})
y = m(x.requires_grad_())
y.square().sum().backward()
result = [y, x.grad, *state(m), repr(m)]`,
        { x: torch.randn([2, 4, ...shape.map((size) => size - 3)]) },
        { absolute: 1e-2, relative: 1e-4 },
      ),
    );

    it(`ConvTranspose${n}d of a chosen output size, without batch`, () =>
      oracle.compare(
        ({ x }) => {
          const layer = new transposed[n](3, 2, 3, { stride: 2, padding: 1 });
          const size = shape.map((items) => 2 * items);
          return [layer.call(x, size), layer.call(x, [2, ...size]), layer.call(x)];
        },
        `m = nn.ConvTranspose${n}d(3, 2, 3, stride=2, padding=1)
size = [2 * n for n in x.shape[1:]]
result = [m(x, size), m(x, [2, *size]), m(x)]`,
        { x: torch.randn([3, ...shape]) },
        { gradients: true, absolute: 1e-4 },
      ));
  }

  it('takes a size for each dimension, and an image without batch', () =>
    oracle.compare(
      ({ x }) => {
        const layer = new nn.Conv2d(3, 4, [3, 2], {
          stride: [2, 1],
          padding: [0, 2],
          dilation: [1, 2],
          paddingMode: 'reflect',
        });
        return [layer.call(x), layer.toString()];
      },
      `m = nn.Conv2d(3, 4, (3, 2), stride=(2, 1), padding=(0, 2), dilation=(1, 2), padding_mode='reflect')
result = [m(x), repr(m)]`,
      { x: torch.randn([3, 8, 6]) },
      { gradients: true, absolute: 1e-4 },
    ));

  it('pads an even kernel one more at the end, as Python does', () =>
    oracle.compare(
      ({ x }) => new nn.Conv2d(2, 2, [4, 2], { padding: 'same', dilation: [1, 3] }).call(x),
      "nn.Conv2d(2, 2, (4, 2), padding='same', dilation=(1, 3))(x)",
      { x: torch.randn([1, 2, 6, 5]) },
      { gradients: true, absolute: 1e-4 },
    ));

  it('functional', () =>
    oracle.compare(
      ({ x, w, b }) => [
        nn.functional.conv2d(x, w, b, { padding: 'same' }),
        nn.functional.convTranspose2d(x, w, { stride: 2 }),
        nn.functional.convTbc(x.select(0, 0), w.select(0, 0), b),
      ],
      "[F.conv2d(x, w, b, padding='same'), F.conv_transpose2d(x, w, stride=2), F.conv_tbc(x[0], w[0], b)]",
      { x: torch.randn([2, 3, 4, 3]), w: torch.randn([3, 3, 3, 3]), b: torch.randn([3]) },
      { gradients: true, absolute: 1e-3 },
    ));

  it('of another dtype, and of an image that is channels-last', () =>
    oracle.compare(
      ({ x }: { x: Tensor }) => {
        const layer = new nn.Conv2d(3, 4, 3, { dtype: 'float64' });
        return layer.call(x.contiguous({ memoryFormat: 'channelsLast' }));
      },
      'nn.Conv2d(3, 4, 3, dtype=torch.float64)(x.contiguous(memory_format=torch.channels_last))',
      { x: torch.randn([2, 3, 5, 5], { dtype: 'float64' }) },
      { gradients: true },
    ));

  it('a network of convolutions, poolings and norms trains as in Python', () =>
    oracle.compare(
      ({ x, t }) => {
        const model = new nn.Sequential(
          new nn.Conv2d(3, 4, 3, { padding: 1, bias: false }),
          new nn.BatchNorm2d(4),
          new nn.ReLU({ inplace: true }),
          new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
          new nn.Sequential(new nn.Conv2d(4, 6, 3), new nn.GroupNorm(2, 6), new nn.ReLU()),
          new nn.AdaptiveAvgPool2d(1),
          new nn.Flatten(),
          new nn.Linear(6, 5),
        );
        const loss: Tensor = nn.functional.crossEntropy(model.call(x), t);
        loss.backward();
        return [loss, ...stateOf(model), Object.keys(model.stateDict()), model.toString()];
      },
      `${pythonState}m = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(inplace=True),
nn.MaxPool2d(3, stride=2, padding=1), nn.Sequential(nn.Conv2d(4, 6, 3), nn.GroupNorm(2, 6), nn.ReLU()),
nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 5))
loss = F.cross_entropy(m(x), t)
loss.backward()
result = [loss, *state(m), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([4, 3, 12, 10]), t: torch.randint(5, [4]) },
      { absolute: 1e-4, relative: 1e-3 },
    ));

  it('refuses what does not fit', () => {
    expect(() => new nn.Conv2d(3, 4, 0)).toThrow(
      'Conv2d: kernelSize must be a whole number or 2 of them of at least 1, got 0',
    );
    expect(() => new nn.Conv2d(3, 4, [3, 3, 3])).toThrow(
      '2 of them of at least 1, got [ 3, 3, 3 ]',
    );
    expect(() => new nn.Conv1d(3, 4, 2.5)).toThrow('Conv1d: kernelSize must be one whole number');
    expect(() => new nn.Conv1d(-3, 4, 2)).toThrow('inChannels must be a whole number');
    expect(() => new nn.Conv2d(3, 4, 3, { groups: 2 })).toThrow(
      'Conv2d: inChannels must be divisible by 2 groups, got 3',
    );
    expect(() => new nn.Conv2d(4, 3, 3, { groups: 2 })).toThrow('outChannels must be divisible');
    expect(() => new nn.Conv2d(4, 4, 3, { groups: 0 })).toThrow('groups must be a whole number');
    expect(() => new nn.Conv2d(3, 4, 3, { padding: 'same', stride: 2 })).toThrow(
      "padding 'same' needs a stride of 1, got [2, 2]",
    );
    expect(() => new nn.Conv2d(3, 4, 3, { padding: 'full' as never })).toThrow("got 'full'");
    expect(() => new nn.Conv2d(3, 4, 3, { paddingMode: 'mirror' as never })).toThrow(
      "paddingMode must be 'zeros', 'reflect', 'replicate', 'circular', got 'mirror'",
    );
    using layer = new nn.ConvTranspose2d(1, 1, 3, { stride: 2 });
    using image = torch.ones([1, 1, 4, 4]);
    expect(() => layer.call(image, [9, 11])).toThrow('from [9, 9] to [10, 10]');
    expect(() => layer.call(image, [9])).toThrow('outputSize must have 2 or 4 numbers, got [9]');
    expect(() => layer.call([1] as never)).toThrow('ConvTranspose2d: input must be a Tensor');
    using wrong = torch.ones([1, 2, 4, 4]);
    expect(() => layer.call(wrong)).toThrow();
  });
});
