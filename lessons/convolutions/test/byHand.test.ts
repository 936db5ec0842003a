import { manualSeed, nn, type Tensor, tidy, torch } from '@flambeau/core';
import {
  averagePoolByHand,
  BatchNormByHand,
  convolutionByHand,
  convolutionMatrix,
  dropoutByHand,
  lessonKernel,
  outputSize,
  topEdgeKernel,
} from '@flambeau/lesson-convolutions';
import { describe, expect, it } from 'vitest';
import { expectNoLeaks } from '../../../packages/core/test/liveTensors.js';
import { describeWithOracle } from '../../../test/oracle/oracle.js';

expectNoLeaks();

function expectNumbers(make: () => Tensor, expected: readonly (readonly number[])[]): void {
  const rows = tidy(() => make().view([expected.length, -1]).toArray()) as number[][];
  expect(rows.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  for (const [i, row] of expected.entries()) {
    for (const [j, value] of row.entries()) expect(rows[i]?.[j]).toBeCloseTo(value, 4);
  }
}

const ramp = () => torch.arange(25).float().view([1, 1, 5, 5]);

describe("the reference's convolutions", () => {
  const plane = () => lessonKernel().narrow(1, 0, 1);

  it('by the lesson’s kernel (J79, J80)', () => {
    const third = [11 / 3, 11 / 3, 11 / 3];
    expectNumbers(() => convolutionByHand(ramp(), plane()), [third, third, third]);
    const colours = () => ramp().expand([1, 3, 5, 5]);
    expectNumbers(
      () => convolutionByHand(colours(), lessonKernel()),
      [[11, 11, 11, 11, 11, 11, 11, 11, 11]],
    );
    const corner = () => {
      const image = torch.zeros([1, 1, 6, 6]);
      image.narrow(2, 0, 3).narrow(3, 0, 3).fill_(1);
      return image;
    };
    const found = [
      [0, -0.5, -1 / 9, 0],
      [-0.5, -5 / 6, -5 / 18, 0],
      [-1 / 9, -5 / 18, 0, 0],
      [0, 0, 0, 0],
    ];
    expectNumbers(() => convolutionByHand(corner(), plane()), found);
    const inverted = found.map((row) => row.map((value) => 0 - value));
    expectNumbers(() => convolutionByHand(corner().neg().add(1), plane()), inverted);
    expect(tidy(() => Number(lessonKernel().sum().item()))).toBeCloseTo(0, 6);
  });

  it('by a kernel of top edges (J81, J82)', () => {
    const bright = () => {
      const image = torch.zeros([1, 1, 5, 5]);
      image.narrow(2, 0, 2).fill_(1);
      return image;
    };
    expectNumbers(
      () => convolutionByHand(bright(), topEdgeKernel()),
      [
        [4, 4, 4],
        [4, 4, 4],
        [0, 0, 0],
      ],
    );
    expectNumbers(
      () => convolutionByHand(bright(), topEdgeKernel(), undefined, { padding: 1 }).narrow(2, 0, 1),
      [[-3, -4, -4, -4, -3]],
    );
  });

  it('as a matrix of tied weights (J83)', () => {
    const image = () => torch.arange(1, 10).float();
    const kernel = () =>
      torch
        .tensor([
          [1, 2],
          [3, 4],
        ])
        .float();
    expectNumbers(
      () => convolutionMatrix(kernel(), 3, 3),
      [
        [1, 2, 0, 3, 4, 0, 0, 0, 0],
        [0, 1, 2, 0, 3, 4, 0, 0, 0],
        [0, 0, 0, 1, 2, 0, 3, 4, 0],
        [0, 0, 0, 0, 1, 2, 0, 3, 4],
      ],
    );
    const expected = [[37.5, 47.5, 67.5, 77.5]];
    expectNumbers(() => convolutionMatrix(kernel(), 3, 3).matmul(image()).add(0.5), expected);
    expectNumbers(
      () =>
        convolutionByHand(
          image().view([1, 1, 3, 3]),
          kernel().view([1, 1, 2, 2]),
          torch.tensor([0.5]),
        ),
      expected,
    );
  });

  it('with stride and padding (J84)', () => {
    const ones = () => torch.ones([1, 1, 3, 3]);
    expectNumbers(
      () => convolutionByHand(ramp(), ones(), undefined, { stride: 2, padding: 1 }),
      [
        [12, 27, 24],
        [63, 108, 81],
        [72, 117, 84],
      ],
    );
  });

  it.each([
    [352, 7, 2, 3, 1, 176],
    [176, 3, 2, 1, 1, 88],
    [88, 3, 1, 1, 1, 88],
    [88, 3, 2, 1, 1, 44],
    [88, 1, 2, 0, 1, 44],
    [44, 3, 2, 1, 1, 22],
    [22, 3, 2, 1, 1, 11],
    [5, 3, 2, 0, 1, 2],
    [7, 3, 1, 0, 2, 3],
    [10, 5, 3, 1, 2, 2],
    [352, 3, 1, 0, 1, 350],
  ])(
    'of sizes: %d with kernel %d, stride %d, padding %d, dilation %d (J85)',
    (n, kernel, stride, padding, dilation, size) => {
      expect(outputSize(n, { kernel, stride, padding, dilation })).toBe(size);
      const found = tidy(
        () =>
          nn.functional.conv1d(torch.zeros([1, 1, n]), torch.zeros([1, 1, kernel]), null, {
            stride,
            padding,
            dilation,
          }).shape,
      );
      expect(found).toEqual([1, 1, size]);
    },
  );

  it.each([
    ['constant', [0, 0, 0, 0, 0]],
    ['reflect', [5, 4, 5, 6, 5]],
    ['replicate', [1, 1, 2, 3, 3]],
    ['circular', [9, 7, 8, 9, 7]],
  ] as const)('of padding: %s (F.3, J86)', (mode, first) => {
    const image = () => torch.arange(1, 10).float().view([1, 1, 3, 3]);
    expectNumbers(() => nn.functional.pad(image(), [1, 1, 1, 1], mode).narrow(2, 0, 1), [first]);
  });
});

describeWithOracle('layers by hand are those of PyTorch', (oracle) => {
  it.each([
    { stride: 1, padding: 0, dilation: 1 },
    { stride: 2, padding: 1, dilation: 1 },
    { stride: 3, padding: 2, dilation: 2 },
  ])('convolution: %o', (options) =>
    oracle.compare(
      ({ x, weight, bias }) => convolutionByHand(x, weight, bias, options),
      `F.conv2d(x, weight, bias, stride=${options.stride}, padding=${options.padding}, dilation=${options.dilation})`,
      {
        x: torch.randn([2, 3, 9, 11]),
        weight: torch.randn([4, 3, 3, 2]),
        bias: torch.randn([4]),
      },
      { gradients: true },
    ),
  );

  it('average pooling', () =>
    oracle.compare(
      ({ x }) => averagePoolByHand(x, 3),
      'F.avg_pool2d(x, 3)',
      { x: torch.randn([2, 3, 10, 12]) },
      { gradients: true },
    ));

  it('batch norm, its averages and its gradients', () =>
    oracle.compare(
      ({ x, y }) => {
        using norm = new BatchNormByHand(4);
        const first = norm.call(x, true);
        const second = norm.call(y, true);
        const statistics = [norm.runningMean.clone(), norm.runningVar.clone()];
        return [first, second, norm.call(x, false), ...statistics];
      },
      `
bn = nn.BatchNorm1d(4)
first, second = bn(x), bn(y)
statistics = [bn.running_mean.clone(), bn.running_var.clone()]
result = [first, second, bn.eval()(x), *statistics]`,
      { x: torch.randn([6, 4]), y: torch.randn([5, 4]) },
      { gradients: true },
    ));
});

describe('dropout by hand', () => {
  it('keeps the mean in training, and everything otherwise (J75)', () => {
    tidy(() => {
      manualSeed(1);
      const x = torch.ones([100, 100]);
      const dropped = dropoutByHand(x, 0.5, true);
      const values = [...new Set(dropped.flatten().toArray() as number[])].sort();
      expect(values).toEqual([0, 2]);
      expect(Number(dropped.mean().item())).toBeCloseTo(1, 1);
      expect(dropoutByHand(x, 0.5, false)).toBe(x);
    });
  });
});
