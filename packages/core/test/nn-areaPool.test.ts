import { nn, type Tensor, torch } from '@flambeau/core';
import { it } from 'vitest';
import { describeWithOracle } from '../../../test/oracle/oracle.js';
import { expectNoLeaks } from './liveTensors.js';

expectNoLeaks();

const layouts: readonly (readonly [name: string, order: readonly number[]])[] = [
  ['channel after channel', [0, 1, 2]],
  ['pixel after pixel', [1, 2, 0]],
  ['column after column', [0, 2, 1]],
];

describeWithOracle('means of areas of one image', (oracle) => {
  for (const [name, order] of layouts) {
    // The same numbers in another order in memory.
    const back = order.map((_, dim) => order.indexOf(dim));
    const laidOut = (x: Tensor) =>
      x
        .permute([...order])
        .contiguous()
        .permute(back);
    const python = `laid = x.permute(${order}).contiguous().permute(${back})`;

    it.each([
      [3, 31, 45, 7, 11],
      [1, 8, 8, 3, 3],
      [4, 20, 10, 20, 10],
      [2, 5, 6, 9, 13],
      [3, 64, 48, 1, 5],
    ])(`${name}: %d x %d x %d to %d x %d`, (channels, rows, columns, toRows, toColumns) =>
      oracle.compare(
        ({ x }) => {
          const image = laidOut(x);
          const size = [toRows, toColumns];
          return [
            nn.functional.adaptiveAvgPool2d(image, size),
            nn.functional.interpolate(image.unsqueeze(0), { size, mode: 'area' }).contiguous(),
          ].map((it) => it.contiguous());
        },
        `
${python}
size = (${toRows}, ${toColumns})
result = [F.adaptive_avg_pool2d(laid, size).contiguous(),
          F.interpolate(laid[None], size, mode='area').contiguous()]`,
        { x: torch.randn([channels, rows, columns]) },
        { gradients: true },
      ),
    );
  }

  it('with NaN and infinities', () =>
    oracle.compare(
      ({ x }) => nn.functional.adaptiveAvgPool2d(x.maskedFill_(x.gt(1.5), Infinity), [3, 4]),
      `F.adaptive_avg_pool2d(x.masked_fill_(x > 1.5, float('inf')), (3, 4))`,
      { x: torch.randn([3, 17, 12]) },
    ));
});
