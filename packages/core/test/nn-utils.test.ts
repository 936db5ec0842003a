import { nn, type Tensor, tidy, torch } from '@flambeau/core';
import { expect, it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { pythonState, stateOf } from './moduleState.js';

const U = nn.utils;
const tolerance = { absolute: 1e-4, relative: 1e-4 };
const python = `import torch.nn.utils as U\nfrom torch.func import functional_call\n${pythonState}`;

type Layer = nn.Linear | nn.Conv2d | nn.ConvTranspose2d;
type Remove = (layer: Layer) => Layer;

const norms: readonly (readonly [string, () => Layer, string, Remove, readonly number[]])[] = [
  [
    'U.weight_norm(nn.Linear(4, 3))',
    () => U.weightNorm(new nn.Linear(4, 3)),
    'U.remove_weight_norm',
    U.removeWeightNorm,
    [2, 4],
  ],
  [
    'U.weight_norm(nn.Conv2d(2, 3, 2), dim=None)',
    () => U.weightNorm(new nn.Conv2d(2, 3, 2), { dim: null }),
    'U.remove_weight_norm',
    U.removeWeightNorm,
    [2, 2, 4, 4],
  ],
  [
    'U.spectral_norm(nn.Linear(4, 3))',
    () => U.spectralNorm(new nn.Linear(4, 3)),
    'U.remove_spectral_norm',
    U.removeSpectralNorm,
    [2, 4],
  ],
  [
    'U.spectral_norm(nn.ConvTranspose2d(2, 3, 2), n_power_iterations=3)',
    () => U.spectralNorm(new nn.ConvTranspose2d(2, 3, 2), { nPowerIterations: 3 }),
    'U.remove_spectral_norm',
    U.removeSpectralNorm,
    [2, 2, 4, 4],
  ],
];

describeWithOracle('nn.utils', (oracle) => {
  it.each(norms)('%s, and its removal', (name, make, pythonRemove, remove, shape) =>
    oracle.compare(
      ({ x }) => {
        const layer = make();
        layer.call(x).sin().sum().backward();
        const y = layer.call(x);
        y.cos().sum().backward();
        const trained = [y, ...stateOf(layer).map((t) => t?.clone() ?? null)];
        const names = [Object.keys(layer.stateDict()), layer.toString()];
        const evaluated = layer.eval().call(x);
        remove(layer);
        const after = [layer.call(x), ...stateOf(layer), Object.keys(layer.stateDict())];
        return [...trained, names, evaluated, ...after];
      },
      `${python}m = ${name}
m(x).sin().sum().backward()
y = m(x)
y.cos().sum().backward()
trained = [t if t is None else t.clone() for t in [y, *state(m)]]
names, evaluated = [list(m.state_dict()), repr(m)], m.eval()(x)
${pythonRemove}(m)
result = [*trained, names, evaluated, m(x), *state(m), list(m.state_dict())]`,
      { x: torch.randn(shape) },
      tolerance,
    ),
  );

  it('parametersToVector and back', () =>
    oracle.compare(
      ({ v }) => {
        const layer = new nn.Linear(3, 2);
        const vector = U.parametersToVector(layer.parameters());
        U.vectorToParameters(v, layer.parameters());
        return [vector.clone(), ...layer.parameters()];
      },
      `${python}m = nn.Linear(3, 2)
vector = U.parameters_to_vector(m.parameters()).clone()
U.vector_to_parameters(v, m.parameters())
result = [vector, *m.parameters()]`,
      { v: torch.randn([8]) },
    ));

  const convs = [
    ['nn.Conv2d(2, 4, 3, padding=1)', () => new nn.Conv2d(2, 4, 3, { padding: 1 }), 'False'],
    [
      'nn.Conv2d(2, 4, 3, groups=2, bias=False)',
      () => new nn.Conv2d(2, 4, 3, { groups: 2, bias: false }),
      'False',
    ],
    ['nn.ConvTranspose2d(2, 4, 3)', () => new nn.ConvTranspose2d(2, 4, 3), 'True'],
  ] as const;

  it.each(convs)('fuseConvBnEval of %s', (name, make, transposed) =>
    oracle.compare(
      ({ x }) => {
        const conv = make() as nn.Conv2d;
        const norm = new nn.BatchNorm2d(4);
        norm.call(conv.call(x));
        const fused = U.fuseConvBnEval(conv.eval(), norm.eval());
        const alike = fused.call(x).allclose(norm.call(conv.call(x)), { atol: 1e-5 });
        return [fused.call(x), ...stateOf(fused), fused.toString(), alike, ...stateOf(conv)];
      },
      `${python}c, b = ${name}, nn.BatchNorm2d(4)
b(c(x))
f = U.fuse_conv_bn_eval(c.eval(), b.eval(), ${transposed})
result = [f(x), *state(f), repr(c) if c.bias is not None else repr(c).replace(', bias=False', ''), True, *state(c)]`,
      { x: torch.randn([2, 2, 5, 5]) },
      tolerance,
    ),
  );

  it('fuseLinearBnEval', () =>
    oracle.compare(
      ({ x }) => {
        const linear = new nn.Linear(3, 4);
        const norm = new nn.BatchNorm1d(4);
        norm.call(linear.call(x));
        const fused = U.fuseLinearBnEval(linear.eval(), norm.eval());
        return [fused.call(x), ...stateOf(fused), fused.toString()];
      },
      `${python}l, b = nn.Linear(3, 4), nn.BatchNorm1d(4)
b(l(x))
f = U.fuse_linear_bn_eval(l.eval(), b.eval())
result = [f(x), *state(f), repr(f)]`,
      { x: torch.randn([5, 3]) },
      tolerance,
    ));

  it('functionalCall gives gradients to the tensors it is given', () =>
    oracle.compare(
      ({ x, w, m }) => {
        const model = new nn.Sequential(new nn.Linear(3, 3), new nn.BatchNorm1d(3)).eval();
        const y = U.functionalCall(model, { '0.weight': w, '1.weight': m }, x);
        return [y, model.call(x)];
      },
      `${python}n = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)).eval()
result = [functional_call(n, {'0.weight': w, '1.weight': m}, x), n(x)]`,
      { x: torch.randn([2, 3]), w: torch.randn([3, 3]), m: torch.randn([3]) },
      { gradients: true, ...tolerance },
    ));

  it.each([true, false])('functionalCall with shared parameters, tieWeights %s', (tieWeights) =>
    oracle.compare(
      ({ x, w }) => {
        const layer = new nn.Linear(3, 3);
        const other = new nn.Linear(3, 3);
        other.weight = layer.weight;
        const model = new nn.Sequential(layer, other);
        return U.functionalCall(model, { '0.weight': w }, [x], { tieWeights });
      },
      `${python}a, b = nn.Linear(3, 3), nn.Linear(3, 3)
b.weight = a.weight
result = functional_call(nn.Sequential(a, b), {'0.weight': w}, (x,), tie_weights=${tieWeights ? 'True' : 'False'})`,
      { x: torch.randn([2, 3]), w: torch.randn([3, 3]) },
      { gradients: true, ...tolerance },
    ),
  );

  it('refuse what does not fit', () =>
    tidy(() => {
      const linear = new nn.Linear(3, 2);
      expect(() => U.removeWeightNorm(linear)).toThrow("Linear has no weightNorm on 'weight'");
      expect(() => U.removeSpectralNorm(linear)).toThrow("Linear has no spectralNorm on 'weight'");
      expect(() => U.weightNorm(U.weightNorm(new nn.Linear(3, 2)))).toThrow(
        "Linear has no parameter 'weight' of its own",
      );
      expect(() => U.spectralNorm(U.spectralNorm(new nn.Linear(3, 2)))).toThrow(
        "Linear has no parameter 'weight' of its own",
      );
      expect(() => U.vectorToParameters(torch.ones([7]), linear.parameters())).toThrow(
        'a vector of 8 elements is expected, got shape [7]',
      );
      const norm = new nn.BatchNorm1d(2);
      expect(() => U.fuseLinearBnEval(linear, norm)).toThrow('both layers in evaluation mode');
      expect(() => U.fuseLinearBnEval(linear, new nn.BatchNorm1d(3))).toThrow(
        'a norm of 2 features or 1 is expected, got 3',
      );
      const x = torch.ones([1, 3]);
      const { weight } = linear;
      expect(() => U.functionalCall(linear, { w: x }, x)).toThrow(
        "the module has no parameter or buffer 'w'",
      );
      expect(() => U.functionalCall(linear, { weight: 1 as never }, x)).toThrow(
        'functionalCall: weight must be a Tensor, got 1',
      );
      expect(() => U.functionalCall(linear, { weight: torch.ones([2, 4]) }, x)).toThrow();
      expect(linear.weight).toBe(weight);
      const found: Tensor = U.functionalCall(linear, {}, x);
      expect(found.shape).toEqual([1, 2]);
    }));
});
