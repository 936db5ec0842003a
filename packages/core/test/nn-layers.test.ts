import { nn, noGrad, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

describeWithOracle('layers', (oracle) => {
  it.each([true, false])('Linear with bias %s: initial numbers, output, gradients', (bias) =>
    oracle.compare(
      ({ x, w }) => {
        const layer = new nn.Linear(7, 5, { bias });
        const y = layer.call(x);
        y.mul(w).sum().backward();
        return [y, ...stateOf(layer)];
      },
      `${pythonState}m = nn.Linear(7, 5, bias=bias)\ny = m(x)\n(y * w).sum().backward()\nresult = [y, *state(m)]`,
      { x: torch.randn([3, 2, 7]), w: torch.randn([3, 2, 5]), bias },
    ),
  );

  it('Linear of another dtype', () =>
    oracle.compare(
      ({ x }) => new nn.Linear(3, 2, { dtype: 'float64' }).call(x),
      'nn.Linear(3, 2, dtype=torch.float64)(x)',
      { x: torch.randn([4, 3], { dtype: 'float64' }) },
    ));

  it('Identity', () => {
    const x = torch.randn([2]);
    expect(new nn.Identity().call(x)).toBe(x);
    x.dispose();
  });

  it.each([
    ['plain', {}, ''],
    ['with a padding row', { paddingIdx: 2 }, 'padding_idx=2'],
    ['with a padding row from the end', { paddingIdx: -1 }, 'padding_idx=-1'],
    ['with a largest norm', { maxNorm: 1.2, normType: 1.5 }, 'max_norm=1.2, norm_type=1.5'],
    ['scaled by frequency', { scaleGradByFreq: true }, 'scale_grad_by_freq=True'],
    ['with a sparse gradient', { sparse: true }, 'sparse=True'],
  ] as const)('Embedding %s', (_, options, python) =>
    oracle.compare(
      ({ i, w }) => {
        const layer = new nn.Embedding(6, 4, options);
        const y = layer.call(i);
        y.mul(w).sum().backward();
        return [y, ...stateOf(layer), layer.toString()];
      },
      `${pythonState}m = nn.Embedding(6, 4, ${python})\ny = m(i)\n(y * w).sum().backward()\nresult = [y, *state(m), repr(m)]`,
      { i: torch.randint(6, [5, 3]), w: torch.randn([5, 3, 4]) },
    ),
  );

  it.each([true, false])('Embedding.fromPretrained with freeze %s', (freeze) =>
    oracle.compare(
      ({ table, i }) => {
        const layer = nn.Embedding.fromPretrained(table, { freeze, paddingIdx: 1 });
        return [layer.call(i), layer.weight.requiresGrad, torch.rand([2])];
      },
      `m = nn.Embedding.from_pretrained(table, freeze=freeze, padding_idx=1)\nresult = [m(i), m.weight.requires_grad, torch.rand(2)]`,
      { table: torch.randn([4, 3]), i: torch.randint(4, [6]), freeze },
    ),
  );

  it.each([
    ['plain', {}, ''],
    ['of a cumulative average', { momentum: null }, 'momentum=None'],
    ['of another momentum and eps', { momentum: 0.3, eps: 1e-3 }, 'momentum=0.3, eps=1e-3'],
    ['not affine', { affine: false }, 'affine=False'],
    ['without shift', { bias: false }, 'bias=False'],
    ['without running statistics', { trackRunningStats: false }, 'track_running_stats=False'],
  ] as const)('BatchNorm1d %s: two training batches, then evaluation', (_, options, python) =>
    oracle.compare(
      ({ a, b, w }) => {
        const layer = new nn.BatchNorm1d(4, options);
        const first = layer.call(a);
        const second = layer.call(b.requiresGrad_());
        second.mul(w).sum().backward();
        const evaluated = layer.eval().call(a);
        return [first, second, evaluated, b.grad, ...stateOf(layer), layer.toString()];
      },
      `${pythonState}m = nn.BatchNorm1d(4, ${python})
y1, y2 = m(a), m(b.requires_grad_())
(y2 * w).sum().backward()
result = [y1, y2, m.eval()(a), b.grad, *state(m), repr(m)]`,
      { a: torch.randn([5, 4]), b: torch.randn([3, 4, 2]), w: torch.randn([3, 4, 2]) },
      { absolute: 1e-4 },
    ),
  );

  it('BatchNorm1d: the gradient of its input goes through mean and variance', () =>
    oracle.compare(
      ({ x }) => new nn.BatchNorm1d(3).call(x),
      'nn.BatchNorm1d(3)(x)',
      {
        x: torch.randn([6, 3]),
      },
      { gradients: true, absolute: 1e-4 },
    ));

  it('BatchNorm1d refuses one value per channel in training, and other dimensions', () => {
    using layer = new nn.BatchNorm1d(3);
    using single = torch.ones([1, 3]);
    using image = torch.ones([2, 3, 4, 4]);
    expect(() => layer.call(single)).toThrow('Expected more than 1 value per channel');
    expect(() => layer.call(image)).toThrow('2 or 3 dimensions, got shape [2, 3, 4, 4]');
    expect(layer.eval().call(single).shape).toEqual([1, 3]);
  });

  it.each([0, 0.3, 1])('Dropout of %f draws as Python does', (p) =>
    oracle.compare(
      ({ x }) => {
        const layer = new nn.Dropout(p);
        return [layer.call(x), layer.call(x), layer.eval().call(x)];
      },
      'm = nn.Dropout(p)\nresult = [m(x), m(x), m.eval()(x)]',
      { x: torch.randn([8, 9]), p },
      { gradients: true },
    ),
  );

  it('Dropout and ReLU in place give their input back', () => {
    const x = torch.randn([100]);
    const before = x.clone();
    expect(new nn.ReLU({ inplace: true }).call(x)).toBe(x);
    expect(x.equal(before.relu())).toBe(true);
    expect(new nn.Dropout(1, { inplace: true }).call(x)).toBe(x);
    expect(x.toArray()).toEqual(new Array(100).fill(0));
    x.dispose();
    before.dispose();
  });

  it('ReLU', () =>
    oracle.compare(
      ({ x }) => new nn.ReLU().call(x),
      'nn.ReLU()(x)',
      { x: torch.randn([9]) },
      { gradients: true },
    ));

  it('Sequential runs its modules in order', () =>
    oracle.compare(
      ({ x }) => {
        const model = new nn.Sequential(
          new nn.Linear(4, 8),
          new nn.ReLU(),
          new nn.BatchNorm1d(8),
          new nn.Dropout(0.2),
          new nn.Linear(8, 2),
        );
        const y = model.call(x);
        y.square().mean().backward();
        return [y, ...stateOf(model)];
      },
      `${pythonState}m = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 2))
y = m(x)
y.square().mean().backward()
result = [y, *state(m)]`,
      { x: torch.randn([6, 4]) },
      { absolute: 1e-4 },
    ));

  it.each(['none', 'mean', 'sum'] as const)('MSELoss, %s', (reduction) =>
    oracle.compare(
      ({ x, y }) => new nn.MSELoss({ reduction }).call(x, y),
      'nn.MSELoss(reduction=reduction)(x, y)',
      { x: torch.randn([4, 3]), y: torch.randn([4, 3]), reduction },
      { gradients: true },
    ),
  );

  it.each(['none', 'mean', 'sum'] as const)('CrossEntropyLoss, %s', (reduction) =>
    oracle.compare(
      ({ x, y, weight }) =>
        new nn.CrossEntropyLoss({ weight, ignoreIndex: 1, labelSmoothing: 0.1, reduction }).call(
          x,
          y,
        ),
      'nn.CrossEntropyLoss(weight=weight.detach(), ignore_index=1, label_smoothing=0.1, reduction=reduction)(x, y)',
      { x: torch.randn([7, 4]), y: torch.randint(4, [7]), weight: torch.rand([4]), reduction },
    ),
  );

  it('CrossEntropyLoss with probabilities', () =>
    oracle.compare(
      ({ x, y }) => new nn.CrossEntropyLoss().call(x, y.softmax(1)),
      'nn.CrossEntropyLoss()(x, y.softmax(1))',
      { x: torch.randn([5, 4, 2]), y: torch.randn([5, 4, 2]) },
      { gradients: true },
    ));

  it('prints as in Python', () =>
    oracle.compare(
      () =>
        [
          new nn.Linear(2, 3, { bias: false }),
          new nn.Identity(),
          new nn.Dropout(0.04),
          new nn.Dropout(1, { inplace: true }),
          new nn.ReLU(),
          new nn.ReLU({ inplace: true }),
          new nn.BatchNorm1d(3, { eps: 1e-7, momentum: null, affine: false }),
          new nn.MSELoss(),
          new nn.CrossEntropyLoss(),
          new nn.Sequential(),
          new nn.ModuleList([new nn.ReLU(), new nn.ReLU(), new nn.Identity()]),
        ].map(String),
      `[repr(m) for m in [nn.Linear(2, 3, bias=False), nn.Identity(), nn.Dropout(0.04), nn.Dropout(1., inplace=True),
nn.ReLU(), nn.ReLU(inplace=True), nn.BatchNorm1d(3, eps=1e-7, momentum=None, affine=False), nn.MSELoss(),
nn.CrossEntropyLoss(), nn.Sequential(), nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Identity()])]]`,
      {},
    ));

  it('Parameter prints as in Python', () =>
    oracle.compare(
      () => noGrad(() => new nn.Parameter(torch.rand([2, 2]))).toString(),
      'repr(nn.Parameter(torch.rand(2, 2)))',
      {},
    ));

  it('refuses arguments out of range', () => {
    expect(() => new nn.Linear(2.5, 3)).toThrow('inFeatures must be a whole number');
    expect(() => new nn.Linear(2, -1)).toThrow('outFeatures must be a whole number');
    expect(() => new nn.Dropout(1.5)).toThrow('between 0 and 1, got 1.5');
    expect(() => new nn.Embedding(3, 2, { paddingIdx: 3 })).toThrow('within the 3 rows');
    expect(() => new nn.Parameter(3 as never)).toThrow('made of a Tensor, got number');
    using layer = new nn.Linear(2, 3);
    expect(() => layer.call([1, 2] as never)).toThrow('linear: input must be a Tensor');
  });
});
