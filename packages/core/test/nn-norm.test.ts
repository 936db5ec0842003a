import { nn, tidy, torch } from '@flambeau/core';
import { expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const F = nn.functional;
const tolerance = { absolute: 1e-3, relative: 1e-4 };

const batchNorms = { BatchNorm2d: nn.BatchNorm2d, BatchNorm3d: nn.BatchNorm3d };
const instanceNorms = {
  InstanceNorm1d: nn.InstanceNorm1d,
  InstanceNorm2d: nn.InstanceNorm2d,
  InstanceNorm3d: nn.InstanceNorm3d,
};

describeWithOracle('normalisation layers', (oracle) => {
  const tracked = [
    ['plain', {}, ''],
    [
      'of a cumulative average',
      { momentum: null, trackRunningStats: true },
      'momentum=None, track_running_stats=True',
    ],
    ['of another momentum and eps', { momentum: 0.01, eps: 1e-3 }, 'momentum=0.01, eps=1e-3'],
    [
      'affine and tracked',
      { affine: true, trackRunningStats: true },
      'affine=True, track_running_stats=True',
    ],
    ['affine without shift', { affine: true, bias: false }, 'affine=True, bias=False'],
    [
      'neither',
      { affine: false, trackRunningStats: false },
      'affine=False, track_running_stats=False',
    ],
  ] as const;

  for (const [name, Layer] of [...Object.entries(batchNorms), ...Object.entries(instanceNorms)]) {
    const sizes = [3, 2, 4].slice(0, Number(name.at(-2)));

    it.each(tracked)(`${name} %s: two training batches, then evaluation`, (_, options, python) =>
      oracle.compare(
        ({ a, b, w }) => {
          const layer = new Layer(4, options);
          const first = layer.call(a);
          const second = layer.call(b.requiresGrad_());
          second.mul(w).sum().backward();
          const evaluated = layer.eval().call(a);
          return [first, second, evaluated, b.grad, ...stateOf(layer), layer.toString()];
        },
        `${pythonState}m = nn.${name}(4, ${python})
y1, y2 = m(a), m(b.requires_grad_())
(y2 * w).sum().backward()
result = [y1, y2, m.eval()(a), b.grad, *state(m), repr(m)]`,
        {
          a: torch.randn([5, 4, ...sizes]),
          b: torch.randn([3, 4, ...sizes]),
          w: torch.randn([3, 4, ...sizes]),
        },
        tolerance,
      ),
    );

    it(`${name} has Python's defaults and state`, () =>
      oracle.compare(
        () => {
          const layer = new Layer(3);
          return [layer.toString(), Object.keys(layer.stateDict()), layer.affine];
        },
        `m = nn.${name}(3)\nresult = [repr(m), list(m.state_dict()), m.affine]`,
        {},
      ));

    it(`${name} refuses other dimensions`, () => {
      using layer = new Layer(3);
      using input = torch.ones([3]);
      expect(() => layer.call(input)).toThrow(`${name}: the input must have`);
      expect(() => new Layer(2.5)).toThrow(`${name}: numFeatures must be a whole number`);
    });
  }

  it.each(Object.entries(instanceNorms))('%s without batch', (name, Layer) =>
    oracle.compare(
      ({ x }) => new Layer(4, { affine: true }).call(x),
      `nn.${name}(4, affine=True)(x)`,
      { x: torch.randn([4, 3, 2, 4].slice(0, Number(name.at(-2)) + 1)) },
      { gradients: true, ...tolerance },
    ),
  );

  it('InstanceNorm refuses a single value, and other features where they matter', () =>
    tidy(() => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      const single = torch.ones([2, 3, 1]);
      expect(() => new nn.InstanceNorm1d(3).call(single)).toThrow('more than 1 spatial element');
      const image = torch.ones([2, 3, 4, 4]);
      expect(() => new nn.InstanceNorm2d(5, { affine: true }).call(image)).toThrow(
        'dimension 1 of the input must have the 5 features of the layer, got shape [2, 3, 4, 4]',
      );
      expect(warn).not.toHaveBeenCalled();
      expect(new nn.InstanceNorm2d(5).call(image).shape).toEqual([2, 3, 4, 4]);
      expect(warn).toHaveBeenCalledTimes(1);
      warn.mockRestore();
    }));

  it('BatchNorm2d refuses one value per channel in training', () => {
    using layer = new nn.BatchNorm2d(3);
    using single = torch.ones([1, 3, 1, 1]);
    expect(() => layer.call(single)).toThrow('Expected more than 1 value per channel');
    expect(layer.eval().call(single).shape).toEqual([1, 3, 1, 1]);
  });

  const elementwise = [
    ['LayerNorm, plain', () => new nn.LayerNorm(4), 'nn.LayerNorm(4)'],
    ['LayerNorm of two dimensions', () => new nn.LayerNorm([3, 4]), 'nn.LayerNorm((3, 4))'],
    [
      'LayerNorm of another eps, without shift',
      () => new nn.LayerNorm(4, { eps: 1e-3, bias: false }),
      'nn.LayerNorm(4, eps=1e-3, bias=False)',
    ],
    [
      'LayerNorm, not affine',
      () => new nn.LayerNorm([4], { elementwiseAffine: false }),
      'nn.LayerNorm([4], elementwise_affine=False)',
    ],
    ['RMSNorm, plain', () => new nn.RMSNorm(4), 'nn.RMSNorm(4)'],
    [
      'RMSNorm of two dimensions',
      () => new nn.RMSNorm([3, 4], { eps: 1e-4 }),
      'nn.RMSNorm((3, 4), eps=1e-4)',
    ],
    [
      'RMSNorm, not affine',
      () => new nn.RMSNorm(4, { elementwiseAffine: false }),
      'nn.RMSNorm(4, elementwise_affine=False)',
    ],
    ['GroupNorm, plain', () => new nn.GroupNorm(2, 6), 'nn.GroupNorm(2, 6)'],
    [
      'GroupNorm of single channels',
      () => new nn.GroupNorm(6, 6, { eps: 0.1 }),
      'nn.GroupNorm(6, 6, eps=0.1)',
    ],
    [
      'GroupNorm without shift',
      () => new nn.GroupNorm(1, 6, { bias: false }),
      'nn.GroupNorm(1, 6, bias=False)',
    ],
    [
      'GroupNorm, not affine',
      () => new nn.GroupNorm(3, 6, { affine: false }),
      'nn.GroupNorm(3, 6, affine=False)',
    ],
    ['LocalResponseNorm, plain', () => new nn.LocalResponseNorm(2), 'nn.LocalResponseNorm(2)'],
    [
      'LocalResponseNorm of other numbers',
      () => new nn.LocalResponseNorm(5, { alpha: 0.3, beta: 0.5, k: 2 }),
      'nn.LocalResponseNorm(5, alpha=0.3, beta=0.5, k=2.)',
    ],
  ] as const;

  it.each(elementwise)('%s', (_, make, python) =>
    oracle.compare(
      ({ x, w }) => {
        const layer = make();
        const y = layer.call(x.requiresGrad_());
        y.mul(w).sum().backward();
        const state = [...stateOf(layer), Object.keys(layer.stateDict()), layer.toString()];
        return [y, layer.eval().call(x), x.grad, ...state];
      },
      `${pythonState}m = ${python}
y = m(x.requires_grad_())
(y * w).sum().backward()
result = [y, m.eval()(x), x.grad, *state(m), list(m.state_dict()), repr(m)]`,
      { x: torch.randn([2, 6, 3, 4]), w: torch.randn([2, 6, 3, 4]) },
      tolerance,
    ),
  );

  it('LocalResponseNorm of a signal, of a volume and of nothing', () =>
    oracle.compare(
      ({ a, b, c }) => [a, b, c].map((x) => new nn.LocalResponseNorm(3, { alpha: 1 }).call(x)),
      '[nn.LocalResponseNorm(3, alpha=1.)(x) for x in [a, b, c]]',
      { a: torch.randn([2, 5, 3]), b: torch.randn([2, 5, 3, 2, 2]), c: torch.randn([0, 5, 3]) },
      { gradients: true },
    ));

  it('functional', () =>
    oracle.compare(
      ({ x, w, b }) => [
        F.groupNorm(x, 2, { weight: w, bias: b, eps: 0.1 }),
        F.instanceNorm(x, { weight: w, bias: b }),
        F.layerNorm(x, [3], { eps: 0.1 }),
        F.rmsNorm(x, [3]),
        F.localResponseNorm(x, 3, { alpha: 0.5 }),
      ],
      `[F.group_norm(x, 2, w, b, eps=0.1), F.instance_norm(x, weight=w, bias=b), F.layer_norm(x, (3,), eps=0.1),
F.rms_norm(x, (3,)), F.local_response_norm(x, 3, alpha=0.5)]`,
      { x: torch.randn([2, 4, 3]), w: torch.randn([4]), b: torch.randn([4]) },
      { gradients: true, ...tolerance },
    ));

  it('normalize', () =>
    oracle.compare(
      ({ x }) => [
        F.normalize(x),
        F.normalize(x, { p: 1, dim: -1 }),
        F.normalize(x, { dim: [0, 2], eps: 3 }),
      ],
      '[F.normalize(x), F.normalize(x, p=1, dim=-1), F.normalize(x, dim=(0, 2), eps=3)]',
      { x: torch.randn([2, 4, 3]) },
      { gradients: true, ...tolerance },
    ));

  it('instanceNorm updates the running statistics it is given, and uses them', () =>
    oracle.compare(
      ({ x, m, v }) => [
        F.instanceNorm(x, { runningMean: m, runningVar: v, momentum: 0.3 }),
        F.instanceNorm(x, { runningMean: m, runningVar: v, useInputStats: false }),
        m,
        v,
      ],
      '[F.instance_norm(x, m, v, momentum=0.3), F.instance_norm(x, m, v, use_input_stats=False), m, v]',
      { x: torch.randn([2, 4, 3]), m: torch.randn([4]), v: torch.rand([4]) },
    ));

  it('refuses what does not fit', () =>
    tidy(() => {
      expect(() => new nn.GroupNorm(2, 5)).toThrow(
        'GroupNorm: numChannels must be divisible by 2 groups, got 5',
      );
      expect(() => new nn.LayerNorm(-1)).toThrow('LayerNorm: normalizedShape must be');
      expect(() => new nn.LocalResponseNorm(0)).toThrow(
        'size must be one whole number of at least 1',
      );
      const x = torch.ones([1, 4]);
      expect(() => new nn.LayerNorm(3).call(x)).toThrow('normalized_shape');
      expect(() => new nn.GroupNorm(4, 4).call(x)).toThrow('more than 1 value per channel');
      expect(() => F.groupNorm(torch.ones([4]), 2)).toThrow('at least 2 dimensions, got shape [4]');
      expect(() => F.localResponseNorm(x, 2)).toThrow('at least 3 dimensions, got shape [1, 4]');
      expect(() => F.instanceNorm([1] as never)).toThrow('instanceNorm: input must be a Tensor');
    }));
});
