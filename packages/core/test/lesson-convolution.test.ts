import { nn, type Tensor, tensor, tidy, torch } from '@flambeau/core';
import { expect, it as test } from 'vitest';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const it = (name: string, check: () => void) => test(name, () => tidy(check));
const F = nn.functional;

/** A single image as a batch. */
const image = (rows: readonly (readonly number[])[]) => tensor([[rows]]);
const ramp = (size: number) =>
  torch.arange(size * size, { dtype: 'float32' }).reshape([1, 1, size, size]);
const filled = (size: number, isOne: (row: number, column: number) => boolean) =>
  image(
    Array.from({ length: size }, (_, row) =>
      Array.from({ length: size }, (_, column) => Number(isOne(row, column))),
    ),
  );

function expectRows(found: Tensor, expected: readonly (readonly number[])[], digits = 5): void {
  const rows = found.squeeze(0).squeeze(0).toArray() as number[][];
  expect(rows.length).toBe(expected.length);
  for (const [y, row] of rows.entries()) {
    expect(row.length).toBe(expected[y]?.length);
    for (const [x, value] of row.entries()) {
      expect(value, `row ${y}, column ${x}`).toBeCloseTo(expected[y]?.[x] as number, digits);
    }
  }
}

/** The lesson's kernel for `channels` equal channels; its elements sum to 0 but for rounding. */
const lessonKernel = (channels: number) =>
  tensor([
    [0, -5 / 3, 1],
    [-5 / 3, -5 / 3, 1],
    [1, 1, 1],
  ])
    .expand(1, channels, 3, 3)
    .div(6);

it("the lesson's kernel finds edges at the bottom right", () => {
  const kernel = lessonKernel(3);
  expect(kernel.shape).toEqual([1, 3, 3, 3]);
  expect(kernel.sum().item()).toBeCloseTo(0, 6);
  expectRows(F.conv2d(ramp(5), lessonKernel(1)), Array(3).fill(Array(3).fill(3.6666667)));
  const threefold = ramp(5).expand(1, 3, 5, 5);
  expectRows(F.conv2d(threefold, kernel), Array(3).fill(Array(3).fill(11)), 4);
  const corner = filled(6, (row, column) => row < 3 && column < 3);
  const edge = [
    [0, -0.5, -0.111111, 0],
    [-0.5, -0.833333, -0.277778, 0],
    [-0.111111, -0.277778, 0, 0],
    [0, 0, 0, 0],
  ];
  expectRows(F.conv2d(corner, lessonKernel(1)), edge);
  const inverted = F.conv2d(corner.neg().add(1), lessonKernel(1));
  expectRows(
    inverted,
    edge.map((row) => row.map((value) => -value)),
  );
});

it('a kernel for top edges, with and without a border', () => {
  const kernel = image([
    [1, 2, 1],
    [0, 0, 0],
    [-1, -2, -1],
  ]);
  const bright = filled(5, (row) => row < 2);
  expectRows(F.conv2d(bright, kernel), [
    [4, 4, 4],
    [4, 4, 4],
    [0, 0, 0],
  ]);
  expectRows(F.conv2d(bright, kernel, null, { padding: 1 }).narrow(2, 0, 1), [
    [-3, -4, -4, -4, -3],
  ]);
});

it('is a product with a sparse matrix of tied weights', () => {
  const kernel = image([
    [1, 2],
    [3, 4],
  ]);
  const picture = torch.arange(1, 10, { dtype: 'float32' }).reshape([1, 1, 3, 3]);
  const native = F.conv2d(picture, kernel, tensor([0.5]));
  expectRows(native, [
    [37.5, 47.5],
    [67.5, 77.5],
  ]);
  const tied = tensor([
    [1, 2, 0, 3, 4, 0, 0, 0, 0],
    [0, 1, 2, 0, 3, 4, 0, 0, 0],
    [0, 0, 0, 1, 2, 0, 3, 4, 0],
    [0, 0, 0, 0, 1, 2, 0, 3, 4],
  ]);
  expect(torch.equal(tied.mv(picture.flatten()).add(0.5), native.flatten())).toBe(true);
  const byHand = kernel.reshape([1, 4]).matmul(F.unfold(picture, 2)).add(0.5);
  expect(torch.equal(byHand.flatten(), native.flatten())).toBe(true);
});

it('moves by its stride', () => {
  const ones = torch.ones([1, 1, 3, 3]);
  expectRows(F.conv2d(ramp(5), ones, null, { stride: 2, padding: 1 }), [
    [12, 27, 24],
    [63, 108, 81],
    [72, 117, 84],
  ]);
});

const sizes = [
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
] as const;

test.each(sizes)(
  '%i pixels, kernel %i, stride %i, padding %i, dilation %i: %i',
  (n, k, s, p, d, out) => {
    tidy(() => {
      const conv = new nn.Conv2d(1, 1, k, { stride: s, padding: p, dilation: d });
      expect(conv.call(torch.zeros([1, 1, n, n])).shape).toEqual([1, 1, out, out]);
      const pool = new nn.MaxPool2d(k, { stride: s, padding: Math.min(p, k >> 1), dilation: d });
      expect(pool.call(torch.zeros([1, 1, n, n])).size(2)).toBe(out);
    });
  },
);

test.each([
  ['constant', [0, 0, 0, 0, 0]],
  ['reflect', [5, 4, 5, 6, 5]],
  ['replicate', [1, 1, 2, 3, 3]],
  ['circular', [9, 7, 8, 9, 7]],
] as const)('a border by the mode %s', (mode, expected) => {
  tidy(() => {
    const picture = torch.arange(1, 10, { dtype: 'float32' }).reshape([1, 1, 3, 3]);
    const padded = F.pad(picture, [1, 1, 1, 1], { mode });
    expect(padded.shape).toEqual([1, 1, 5, 5]);
    expectRows(padded.narrow(2, 0, 1), [expected]);
  });
});

it('a reflected border is smaller than the image', () => {
  expect(() => F.pad(ramp(3), [3, 3, 3, 3], { mode: 'reflect' })).toThrow(/[Pp]adding size/);
});
