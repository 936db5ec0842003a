import { memory, nn, optim, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

type Layer = nn.Module | nn.LazyConvTranspose1d | nn.LazyConvTranspose2d | nn.LazyConvTranspose3d;
type Case = readonly [python: string, make: () => Layer, shape: readonly number[]];

const signal = [2, 4, 6];
const image = [2, 4, 5, 6];
const volume = [2, 4, 3, 5, 4];

const cases: readonly Case[] = [
  ['LazyLinear(3)', () => new nn.LazyLinear(3), [2, 5]],
  ['LazyLinear(3, bias=False)', () => new nn.LazyLinear(3, { bias: false }), [5]],
  ['LazyConv1d(6, 3)', () => new nn.LazyConv1d(6, 3), signal],
  [
    'LazyConv1d(6, 3, stride=2, padding="valid", groups=2, bias=False)',
    () => new nn.LazyConv1d(6, 3, { stride: 2, padding: 'valid', groups: 2, bias: false }),
    signal,
  ],
  [
    'LazyConv2d(6, (3, 2), padding=1, padding_mode="reflect")',
    () => new nn.LazyConv2d(6, [3, 2], { padding: 1, paddingMode: 'reflect' }),
    image,
  ],
  ['LazyConv2d(6, 3)', () => new nn.LazyConv2d(6, 3), image.slice(1)],
  ['LazyConv3d(2, 2, dilation=2)', () => new nn.LazyConv3d(2, 2, { dilation: 2 }), volume],
  ['LazyConvTranspose1d(6, 3)', () => new nn.LazyConvTranspose1d(6, 3), signal],
  [
    'LazyConvTranspose2d(6, 3, stride=2, output_padding=1, groups=2)',
    () => new nn.LazyConvTranspose2d(6, 3, { stride: 2, outputPadding: 1, groups: 2 }),
    image,
  ],
  [
    'LazyConvTranspose3d(2, 2, bias=False)',
    () => new nn.LazyConvTranspose3d(2, 2, { bias: false }),
    volume,
  ],
  ['LazyBatchNorm1d()', () => new nn.LazyBatchNorm1d(), [3, 4]],
  [
    'LazyBatchNorm1d(momentum=None, eps=0.1, bias=False)',
    () => new nn.LazyBatchNorm1d({ momentum: null, eps: 0.1, bias: false }),
    signal,
  ],
  ['LazyBatchNorm2d(affine=False)', () => new nn.LazyBatchNorm2d({ affine: false }), image],
  [
    'LazyBatchNorm3d(track_running_stats=False)',
    () => new nn.LazyBatchNorm3d({ trackRunningStats: false }),
    volume,
  ],
  ['LazyInstanceNorm1d()', () => new nn.LazyInstanceNorm1d(), signal],
  ['LazyInstanceNorm2d(affine=False)', () => new nn.LazyInstanceNorm2d({ affine: false }), image],
  [
    'LazyInstanceNorm3d(track_running_stats=False, momentum=0.3)',
    () => new nn.LazyInstanceNorm3d({ trackRunningStats: false, momentum: 0.3 }),
    volume,
  ],
];

describeWithOracle('lazy modules', (oracle) => {
  it.each(cases)('%s becomes the plain module', (python, make, shape) =>
    oracle.compare(
      ({ x }) => {
        const layer = make();
        const before = layer.toString();
        const y = layer.call(x.requiresGrad_());
        y.sin().sum().backward();
        const after = [layer.toString(), Object.keys(layer.stateDict())];
        return [before, y, x.grad, ...stateOf(layer), after, layer.eval().call(x)];
      },
      `${pythonState}m = nn.${python}
before, y = repr(m), m(x.requires_grad_())
y.sin().sum().backward()
result = [before, y, x.grad, *state(m), [repr(m), list(m.state_dict())], m.eval()(x)]`,
      { x: torch.randn(shape) },
      { absolute: 1e-4, relative: 1e-4 },
    ),
  );

  it('are cast before they are called, and draw in the order of the calls', () =>
    oracle.compare(
      ({ x }) => {
        const layers = [new nn.LazyLinear(3), new nn.Linear(3, 2), new nn.LazyLinear(1)] as const;
        const model = new nn.Sequential(...layers).double();
        return [model.call(x), ...model.parameters()];
      },
      `m = nn.Sequential(nn.LazyLinear(3), nn.Linear(3, 2), nn.LazyLinear(1)).double()
result = [m(x), *m.parameters()]`,
      { x: torch.randn([2, 5], { dtype: 'float64' }) },
    ));

  it('take shapes and values from a state dictionary, also below another module', () =>
    oracle.compare(
      ({ x }) => {
        const source = new nn.Sequential(new nn.Linear(5, 3), new nn.BatchNorm1d(3));
        const lazy = new nn.Sequential(new nn.LazyLinear(3), new nn.LazyBatchNorm1d());
        lazy.loadStateDict(source.stateDict());
        return [lazy.call(x), ...stateOf(lazy), lazy.toString()];
      },
      `${pythonState}s = nn.Sequential(nn.Linear(5, 3), nn.BatchNorm1d(3))
m = nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d())
m.load_state_dict(s.state_dict())
y = m(x)
m[0].in_features, m[1].num_features = 5, 3
result = [y, *state(m), repr(m)]`,
      { x: torch.randn([4, 5]) },
    ));

  it('keep the parameter objects', () =>
    tidy(() => {
      const layer = new nn.LazyLinear(3);
      const { weight } = layer;
      expect(weight).toBeInstanceOf(nn.UninitializedParameter);
      expect(`${weight}`).toBe('<UninitializedParameter>');
      layer.call(torch.ones([2, 4]));
      expect(layer.weight).toBe(weight);
      expect(weight).not.toBeInstanceOf(nn.UninitializedParameter);
      expect(weight.shape).toEqual([3, 4]);
      expect(layer.constructor).toBe(nn.Linear);
    }));

  it('say what is missing when they are used too early', () =>
    tidy(() => {
      const layer = new nn.LazyBatchNorm1d();
      expect(() => new optim.SGD(layer.parameters())).toThrow(
        'parameter 0 has no shape yet: call its lazy module once',
      );
      expect(() => layer.stateDict()).toThrow('the parameter is not initialized');
      expect(() => layer.runningMean?.shape).toThrow('the buffer is not initialized');
      expect(() =>
        new nn.BatchNorm1d(3).loadStateDict(layer.stateDict({ keepVars: true })),
      ).toThrow('is not initialized: it gets its shape and values when its lazy module is called');
    }));

  it('refuse inputs that do not fit, and go on', () =>
    tidy(() => {
      const layer = new nn.LazyConv2d(4, 3, { groups: 2 });
      expect(() => layer.call(torch.ones([3]))).toThrow(
        'LazyConv2d: the input must have 3 or 4 dimensions, got shape [3]',
      );
      expect(() => layer.call(torch.ones([1, 3, 5, 5]))).toThrow(
        'LazyConv2d: inChannels must be divisible by 2 groups, got 3',
      );
      expect(layer.call(torch.ones([1, 6, 5, 5])).shape).toEqual([1, 4, 3, 3]);
      expect(() => new nn.LazyConv2d(3, 3, { groups: 2 })).toThrow(
        'LazyConv2d: outChannels must be divisible by 2 groups, got 3',
      );
      expect(() => new nn.LazyLinear(2).call(1 as never)).toThrow('input must be a Tensor');
      expect(() => new nn.LazyInstanceNorm1d().call(torch.ones([3]))).toThrow(
        'LazyInstanceNorm1d: the input must have at least 2 dimensions, got shape [3]',
      );
    }));

  it('leave nothing behind', () => {
    const before = memory.liveTensors();
    for (const [, make, shape] of cases) {
      const layer = make();
      tidy(() => layer.call(torch.ones(shape)) as Tensor).dispose();
      layer.dispose();
    }
    expect(memory.liveTensors()).toBe(before);
  });
});
