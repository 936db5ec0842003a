import { MSELossFlat, manualSeed, nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it as test } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const it = (name: string, check: () => void) => test(name, () => tidy(check));

function expectClose(found: Tensor, expected: readonly number[], digits = 6): void {
  const values = found.detach().flatten().toArray() as number[];
  expect(values.length).toBe(expected.length);
  for (const [i, value] of values.entries()) {
    expect(value, `element ${i}`).toBeCloseTo(expected[i] as number, digits);
  }
}

const rows = () =>
  tensor([
    [1, 10],
    [2, 20],
    [3, 30],
    [6, 40],
  ]);

it('batch norm uses the statistics of the batch and gathers them', () => {
  const norm = new nn.BatchNorm1d(2);
  const output = norm.call(rows());
  expectClose(output.select(1, 0), [-1.0690434, -0.5345217, 0, 1.6035651]);
  expectClose(output.select(1, 1), [-1.3416406, -0.4472135, 0.4472137, 1.3416408]);
  expectClose(norm.runningMean as Tensor, [0.3, 2.5]);
  expectClose(norm.runningVar as Tensor, [1.3666667, 17.5666668], 5);
  norm.call(rows());
  expectClose(norm.runningMean as Tensor, [0.57, 4.75]);
  expectClose(norm.runningVar as Tensor, [1.6966667, 32.4766693], 5);
  expect(norm.numBatchesTracked?.item()).toBe(2);
  norm.eval();
  expectClose(norm.call(rows()).select(0, 0), [0.3301177, 0.9212415]);
});

it('batch norm takes its momentum, and more than one value', () => {
  const norm = new nn.BatchNorm1d(2, { momentum: 0.01 });
  norm.call(rows());
  expectClose(norm.runningMean as Tensor, [0.03, 0.25]);
  expectClose(norm.runningVar as Tensor, [1.0366666, 2.6566668], 5);
  expect(() => norm.call(rows().narrow(0, 0, 1))).toThrow(
    /[Ee]xpected more than 1 value per channel when training/,
  );
});

it('dropout scales what it keeps, and does nothing in evaluation', () => {
  const dropout = new nn.Dropout(0.5);
  const ones = torch.ones([100_000]);
  const kept = dropout.call(ones);
  expect(new Set(kept.toArray() as number[])).toEqual(new Set([0, 2]));
  expect(kept.mean().item()).toBeCloseTo(1, 1);
  dropout.eval();
  expect(dropout.call(ones).eq(1).all().item()).toBe(true);
  expect(new nn.Dropout(0).call(ones).eq(1).all().item()).toBe(true);
  expect(new nn.Dropout(1).call(ones).eq(0).all().item()).toBe(true);
});

it('concatenated pooling has the largest values first', () => {
  const image = tensor([
    [
      [
        [0, 1],
        [2, 3],
      ],
      [
        [4, 5],
        [6, 7],
      ],
    ],
  ]);
  expectClose(new nn.AdaptiveConcatPool2d().call(image), [3, 7, 1.5, 5.5]);
});

it('bnDropLin puts norm and dropout before the linear layer', () => {
  const names = (options: object) => nn.bnDropLin(4, 3, options).map((m) => m.constructor.name);
  expect(names({ p: 0.5, actn: new nn.ReLU() })).toEqual([
    'BatchNorm1d',
    'Dropout',
    'Linear',
    'ReLU',
  ]);
  expect(names({ bn: false })).toEqual(['Linear']);
});

it('layers of a function, a shape, and a stop for debuggers', () => {
  const x = torch.arange(12).reshape(2, 6);
  expect(new nn.Lambda((input: Tensor) => input.add(1)).call(x).select(0, 0).toArray()).toEqual([
    1, 2, 3, 4, 5, 6,
  ]);
  expect(new nn.View(3, -1).call(x).shape).toEqual([3, 4]);
  expect(new nn.ResizeBatch(2, 3).call(x).shape).toEqual([2, 2, 3]);
  expect(new nn.Debugger().call(x)).toBe(x);
  expect(new nn.Flatten(0).call(x).shape).toEqual([12]);
});

it('a head of the default and of a given shape', () => {
  const names = (head: nn.Sequential) => [...head].map(String);
  const norm = (size: number, momentum = 0.1) =>
    `BatchNorm1d(${size}, eps=1e-05, momentum=${momentum}, affine=True, bias=True, track_running_stats=True)`;
  expect(names(nn.createHead(1024, 37, { bnFinal: true })).slice(1)).toEqual([
    'Flatten(start_dim=1, end_dim=-1)',
    norm(1024),
    'Dropout(p=0.25, inplace=False)',
    'Linear(in_features=1024, out_features=512, bias=True)',
    'ReLU(inplace=True)',
    norm(512),
    'Dropout(p=0.5, inplace=False)',
    'Linear(in_features=512, out_features=37, bias=True)',
    norm(37, 0.01),
  ]);
  const plain = nn.createHead(8, 2, { linFtrs: [], ps: [0], concatPool: false });
  expect(names(plain)).toEqual([
    'AdaptiveAvgPool2d(output_size=1)',
    'Flatten(start_dim=1, end_dim=-1)',
    norm(8),
    'Linear(in_features=8, out_features=2, bias=True)',
  ]);
  expect(nn.createHead(4, 3, { linFtrs: [5] }).call(torch.randn([2, 2, 6, 6])).shape).toEqual([
    2, 3,
  ]);
  expect(() => nn.createHead(4, 3, { ps: [0.1] })).toThrow(
    'for each of the 2 linear layers, got 1',
  );
});

it('a body ends before the last pooling, or at a cut', () => {
  const parts = [new nn.Conv2d(1, 2, 3), new nn.MaxPool2d(2), new nn.Conv2d(2, 3, 3)] as const;
  const model = new nn.Sequential(...parts, nn.poolFlatten(), new nn.Linear(3, 2));
  const body = (cut?: nn.BodyCut) => [...nn.createBody(model, cut).children()];
  expect(body()).toEqual([...parts]);
  expect(body(-1).length).toBe(4);
  expect(body(1)).toEqual([parts[0]]);
  expect(nn.createBody(model, () => parts[2])).toBe(parts[2]);
  expect(() => nn.createBody(new nn.Sequential(new nn.Linear(1, 1)))).toThrow('no pooling layer');
});

it('small convolutional networks', () => {
  const cnn = nn.simpleCnn([3, 8, 4], { bn: true });
  expect(cnn.call(torch.randn([2, 3, 32, 32])).shape).toEqual([2, 4]);
  expect([...(cnn.getSubmodule('0') as nn.Sequential)].map((m) => m.constructor.name)).toEqual([
    'Conv2d',
    'ReLU',
    'BatchNorm2d',
  ]);
  expect((cnn.getSubmodule('0.0') as nn.Conv2d).bias).toBeNull();
  expect([...(cnn.getSubmodule('1') as nn.Sequential)].length).toBe(2);
  expect((cnn.getSubmodule('1.0') as nn.Conv2d).bias?.eq(0).all().item()).toBe(true);
  expect(() => nn.simpleCnn([3, 8], { strides: [1, 2] })).toThrow(
    'need 1 kernel sizes and strides',
  );
  const zero = nn.batchnorm2d(3, { zero: true });
  expectClose(zero.weight as Tensor, [0, 0, 0]);
  expectClose(zero.bias as Tensor, [1e-3, 1e-3, 1e-3]);
});

it('Kaiming initialisation of all but batch norms and what is frozen', () => {
  manualSeed(2);
  const frozen = new nn.Linear(2, 2).requiresGrad_(false);
  const before = frozen.weight.detach().clone();
  const model = new nn.Sequential(
    new nn.Conv2d(3, 64, 7),
    new nn.BatchNorm2d(64),
    nn.poolFlatten(),
    new nn.Linear(1024, 512),
    frozen,
  );
  nn.applyInit(model, nn.init.kaimingNormal_);
  const std = (name: string) => Number(model.getParameter(name).std().item());
  expect(std('3.weight')).toBeCloseTo(0.0441942, 3);
  expect(std('0.weight')).toBeCloseTo(0.1166424, 2);
  expect(model.getParameter('3.bias').eq(0).all().item()).toBe(true);
  expect(model.getParameter('1.weight').eq(1).all().item()).toBe(true);
  expect(torch.equal(frozen.weight, before)).toBe(true);
});

it('flattened and smoothed losses', () => {
  const loss = new MSELossFlat();
  expect(loss.call(tensor([[1], [2]]), tensor([1.5, 0])).item()).toBeCloseTo(2.125, 6);
  const logits = tensor([
    [2, 1, 0],
    [0, 3, 1],
    [1, 0, 4],
    [2, 5, 0],
    [0, 1, 3],
    [4, 0, 0],
    [0, 2, 1],
  ]);
  const targets = tensor([0n, 1n, 1n, 2n, 2n, 0n, 2n]);
  const smoothed = new nn.LabelSmoothingCrossEntropy();
  expect(smoothed.call(logits, targets).item()).toBeCloseTo(1.658821, 5);
});
