import { nn, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it, vi } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const F = nn.functional;

/** Layers by the Python code of the same layer. */
const layers: Readonly<Record<string, () => nn.Module>> = {
  'nn.ELU()': () => new nn.ELU(),
  'nn.ELU(0.7)': () => new nn.ELU(0.7),
  'nn.Hardshrink()': () => new nn.Hardshrink(),
  'nn.Hardshrink(0.3)': () => new nn.Hardshrink(0.3),
  'nn.Hardsigmoid()': () => new nn.Hardsigmoid(),
  'nn.Hardtanh()': () => new nn.Hardtanh(),
  'nn.Hardtanh(-0.5, 0.25)': () => new nn.Hardtanh(-0.5, 0.25),
  'nn.Hardswish()': () => new nn.Hardswish(),
  'nn.LeakyReLU()': () => new nn.LeakyReLU(),
  'nn.LeakyReLU(0.2)': () => new nn.LeakyReLU(0.2),
  'nn.LogSigmoid()': () => new nn.LogSigmoid(),
  'nn.PReLU()': () => new nn.PReLU(),
  'nn.PReLU(6, init=0.1)': () => new nn.PReLU(6, { init: 0.1 }),
  'nn.ReLU()': () => new nn.ReLU(),
  'nn.ReLU6()': () => new nn.ReLU6(),
  'nn.RReLU()': () => new nn.RReLU(),
  'nn.RReLU(0.2, 0.9)': () => new nn.RReLU(0.2, 0.9),
  'nn.SELU()': () => new nn.SELU(),
  'nn.CELU()': () => new nn.CELU(),
  'nn.CELU(0.6)': () => new nn.CELU(0.6),
  'nn.GELU()': () => new nn.GELU(),
  "nn.GELU(approximate='tanh')": () => new nn.GELU({ approximate: 'tanh' }),
  'nn.Sigmoid()': () => new nn.Sigmoid(),
  'nn.SiLU()': () => new nn.SiLU(),
  'nn.Mish()': () => new nn.Mish(),
  'nn.Softplus()': () => new nn.Softplus(),
  'nn.Softplus(2.0, 1.0)': () => new nn.Softplus(2, 1),
  'nn.Softshrink()': () => new nn.Softshrink(),
  'nn.Softshrink(0.2)': () => new nn.Softshrink(0.2),
  'nn.Softsign()': () => new nn.Softsign(),
  'nn.Tanh()': () => new nn.Tanh(),
  'nn.Tanhshrink()': () => new nn.Tanhshrink(),
  'nn.Threshold(0.1, 20.0)': () => new nn.Threshold(0.1, 20),
  'nn.GLU()': () => new nn.GLU(),
  'nn.GLU(1)': () => new nn.GLU(1),
  'nn.Softmin(1)': () => new nn.Softmin(1),
  'nn.Softmax(-1)': () => new nn.Softmax(-1),
  'nn.Softmax2d()': () => new nn.Softmax2d(),
  'nn.LogSoftmax(2)': () => new nn.LogSoftmax(2),
};

/** Layers that can overwrite their input. */
const overwriting: Readonly<Record<string, () => nn.Module>> = {
  'nn.ELU(0.7, inplace=True)': () => new nn.ELU(0.7, { inplace: true }),
  'nn.CELU(0.7, inplace=True)': () => new nn.CELU(0.7, { inplace: true }),
  'nn.SELU(inplace=True)': () => new nn.SELU({ inplace: true }),
  'nn.Hardsigmoid(inplace=True)': () => new nn.Hardsigmoid({ inplace: true }),
  'nn.Hardswish(inplace=True)': () => new nn.Hardswish({ inplace: true }),
  'nn.Hardtanh(-2.0, 0.5, inplace=True)': () => new nn.Hardtanh(-2, 0.5, { inplace: true }),
  'nn.LeakyReLU(inplace=True)': () => new nn.LeakyReLU(0.01, { inplace: true }),
  'nn.ReLU(inplace=True)': () => new nn.ReLU({ inplace: true }),
  'nn.ReLU6(inplace=True)': () => new nn.ReLU6({ inplace: true }),
  'nn.RReLU(inplace=True)': () => new nn.RReLU(1 / 8, 1 / 3, { inplace: true }),
  'nn.SiLU(inplace=True)': () => new nn.SiLU({ inplace: true }),
  'nn.Mish(inplace=True)': () => new nn.Mish({ inplace: true }),
  'nn.Threshold(0.5, -1.0, inplace=True)': () => new nn.Threshold(0.5, -1, { inplace: true }),
};

describeWithOracle('activations', (oracle) => {
  it.each(Object.entries(layers))('%s', (python, make) =>
    oracle.compare(
      ({ x }) => {
        const layer = make();
        const trained = layer.call(x);
        const state = Object.entries(layer.stateDict());
        return [trained, layer.eval().call(x), state.flat(), layer.toString()];
      },
      `m = ${python}
result = [m(x), m.eval()(x), [a for kv in m.state_dict().items() for a in kv], repr(m)]`,
      { x: torch.randn([3, 6, 4, 2]).mul(2) },
      { gradients: true },
    ),
  );

  it.each(Object.entries(overwriting))('%s', (python, make) =>
    oracle.compare(
      ({ x }) => {
        const layer = make();
        const copy = x.mul(1);
        const y = layer.call(copy);
        expect(y).toBe(copy);
        return [y, layer.toString()];
      },
      `m = ${python}\nresult = [m(x * 1), repr(m)]`,
      { x: torch.randn([5, 7]) },
      { gradients: true },
    ),
  );

  it.each([[], [3], [3, 4], [3, 4, 2], [2, 3, 4, 2]])(
    'the dimension PyTorch chose for softmax, shape %j',
    (...shape: number[]) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
      return oracle
        .compare(
          ({ x }) => {
            const all = [new nn.Softmax(), new nn.Softmin(), new nn.LogSoftmax()];
            const result = [...all.map((layer) => layer.call(x)), ...all.map(String)];
            expect(warn).toHaveBeenCalledTimes(3);
            return result;
          },
          `ms = [nn.Softmax(), nn.Softmin(), nn.LogSoftmax()]
result = [*[m(x) for m in ms], *map(repr, ms)]`,
          { x: torch.randn(shape) },
          { gradients: true },
        )
        .finally(() => warn.mockRestore());
    },
  );

  it('functionals take arguments in their place or by name', () =>
    oracle.compare(
      ({ x }) => [
        F.elu(x, 0.5),
        F.elu(x, { alpha: 0.5 }),
        F.elu(x, { alpha: 0.5, inplace: false }),
        F.celu(x, { alpha: 2 }),
        F.leakyRelu(x, 0.3),
        F.hardtanh(x, { minVal: -0.5 }),
        F.rrelu(x, 0.1, 0.3, { training: true }),
        F.rrelu(x, { lower: 0.1, training: true }),
        F.relu(x.mul(1), { inplace: true }),
        F.softmin(x, 0, { dtype: 'float64' }),
        F.prelu(x, x.mean().reshape([1])),
        F.hardshrink(x, 0.2),
      ],
      `[F.elu(x, 0.5), F.elu(x, alpha=0.5), F.elu(x, 0.5), F.celu(x, 2.), F.leaky_relu(x, 0.3), F.hardtanh(x, min_val=-0.5),
F.rrelu(x, 0.1, 0.3, training=True), F.rrelu(x, lower=0.1, training=True), F.relu(x * 1, inplace=True),
F.softmin(x, 0, dtype=torch.float64), F.prelu(x, x.mean().reshape(1)), F.hardshrink(x, 0.2)]`,
      { x: torch.randn([4, 5]) },
      { gradients: true },
    ));

  it('functionals whose names say that they overwrite', () =>
    oracle.compare(
      ({ x }) => {
        const copies = Array.from({ length: 5 }, () => x.mul(1));
        const [a, b, c, d, e] = copies as [Tensor, Tensor, Tensor, Tensor, Tensor];
        F.relu_(a);
        F.selu_(b);
        F.celu_(c, 0.5);
        F.rrelu_(d, { training: true });
        F.threshold_(e, 0.1, 2);
        return [...copies, F.logsigmoid(x)];
      },
      `a, b, c, d, e = (x * 1 for _ in range(5))
F.relu_(a), F.selu_(b), F.celu_(c, 0.5), F.rrelu_(d, training=True), F.threshold_(e, 0.1, 2.)
result = [a, b, c, d, e, F.logsigmoid(x)]`,
      { x: torch.randn([4, 5]) },
      { gradients: true },
    ));

  it.each([true, false])('gumbelSoftmax, hard %s', (hard) =>
    oracle.compare(
      ({ x }) => F.gumbelSoftmax(x, { tau: 0.7, hard, dim: 0 }),
      'F.gumbel_softmax(x, tau=0.7, hard=hard, dim=0)',
      { x: torch.randn([4, 5]), hard },
      { gradients: true },
    ),
  );

  it('refuses what does not fit', () =>
    tidy(() => {
      const x: Tensor = torch.ones([2, 3]);
      expect(() => new nn.Hardtanh(1, 1)).toThrow(
        'maxVal must be greater than minVal, got 1 and 1',
      );
      expect(() => new nn.PReLU(1.5)).toThrow('numParameters must be a whole number');
      expect(() => new nn.Softmax2d().call(x)).toThrow('3 or 4 dimensions, got shape [2, 3]');
      expect(() => new nn.GLU().call(x)).toThrow();
      expect(() => new nn.GELU({ approximate: 'erf' as never }).call(x)).toThrow();
      expect(() => F.relu(x, { inplace: 1 as never })).toThrow('inplace must be a boolean, got 1');
      expect(() => F.relu([1] as never)).toThrow();
      expect(() => F.elu(x, { beta: 1 } as never)).toThrow('beta');
    }));
});
