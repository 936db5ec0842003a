import { manualSeed, nn, type Tensor, torch } from '@flambeau/core';
import { models } from '@flambeau/vision';
import { it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

const folder = new URL('python', import.meta.url).pathname;

/** Makes the network of that name in Python, as `m`. */
const python = `
import sys
if folder not in sys.path: sys.path.insert(0, folder)
from networks import NETWORKS, check_sum
m = NETWORKS[name](n)
`;

const numClasses = 7;

const begun: readonly (readonly [string, () => nn.Module])[] = [
  ['resnet18', () => models.resnet18({ numClasses })],
  ['resnet18 from shortcuts', () => models.resnet18({ numClasses, zeroInitResidual: true })],
  ['resnet50 from shortcuts', () => models.resnet50({ numClasses, zeroInitResidual: true })],
  ['squeezenet1_0', () => models.squeezenet1_0({ numClasses })],
  ['densenet121', () => models.densenet121({ numClasses })],
  ['mobilenet_v2', () => models.mobilenetV2({ numClasses })],
  ['alexnet', () => models.alexnet({ numClasses })],
  ['vgg11_bn', () => models.vgg11Bn({ numClasses })],
];

describeWithOracle('networks', (oracle) => {
  it.each(begun)('%s begins, prints and is laid out as in torchvision', (name, make) =>
    oracle.compare(
      () => {
        const model = make();
        const state = model.stateDict();
        return [
          `${model}`,
          Object.entries(state).map(([key, { shape }]) => `${key} ${shape}`),
          ...Object.values(state).map(checkSum),
        ];
      },
      `${python}
state = m.state_dict()
result = [repr(m), [k + ' ' + ','.join(map(str, t.shape)) for k, t in state.items()],
*map(check_sum, state.values())]`,
      { folder, name, n: numClasses },
      { absolute: 1e-6, relative: 1e-6 },
    ),
  );

  const networks: readonly (readonly [string, () => nn.Module, number])[] = [
    ['resnet18', () => models.resnet18({ numClasses }), 64],
    ['resnet50', () => models.resnet50({ numClasses }), 64],
    ['resnext50_32x4d', () => models.resnext50_32x4d({ numClasses }), 64],
    ['squeezenet1_0', () => models.squeezenet1_0({ numClasses }), 65],
    ['squeezenet1_1', () => models.squeezenet1_1({ numClasses }), 64],
    ['densenet121', () => models.densenet121({ numClasses }), 64],
    ['mobilenet_v2', () => models.mobilenetV2({ numClasses }), 64],
    ['alexnet', () => models.alexnet({ numClasses }), 95],
  ];

  // Float64, since rounding of float32 grows through the layers' batch norms.
  it.each(networks)('%s gives the same values and gradients in training', (name, make, size) =>
    oracle.compare(
      ({ images }) => {
        const model = make().double();
        for (const module of model.modules()) if (module instanceof nn.Dropout) module.p = 0;
        manualSeed(oracle.seed);
        for (const parameter of model.parameters()) nn.init.normal_(parameter, 0.02, 0.05);
        const x = images.clone().requiresGrad_();
        const output = model.call(x);
        output.square().sum().backward();
        const gradients = [...model.parameters()].map(({ grad }) => checkSum(grad as Tensor));
        return [output, x.grad, ...gradients, ...[...model.buffers()].map(checkSum)];
      },
      `${python}
m.double()
for d in m.modules():
    if isinstance(d, nn.Dropout): d.p = 0
torch.manual_seed(seed)
for p in m.parameters(): nn.init.normal_(p, 0.02, 0.05)
x = images.clone().requires_grad_()
y = m(x)
y.square().sum().backward()
result = [y, x.grad, *[check_sum(p.grad) for p in m.parameters()], *map(check_sum, m.buffers())]`,
      {
        images: torch.randn([3, 3, size, size], { dtype: 'float64' }),
        folder,
        name,
        n: numClasses,
        seed: oracle.seed,
      },
      { absolute: 1e-7, relative: 1e-6 },
    ),
  );

  it('vgg11 gives the same values', () =>
    oracle.compare(
      ({ images }) => models.vgg11({ numClasses }).eval().call(images),
      `${python}result = m.eval()(images)`,
      { images: torch.randn([2, 3, 40, 40]), folder, name: 'vgg11', n: numClasses },
      { absolute: 1e-5 },
    ));
});

const checked = 50_000;

/** Tells tensors apart, and is quick to send. */
function checkSum(tensor: Tensor): Tensor {
  const values = tensor.flatten().narrow(0, 0, Math.min(tensor.numel(), checked)).double();
  return values.mul(torch.linspace(-1, 2, values.numel(), { dtype: 'float64' })).sum();
}
