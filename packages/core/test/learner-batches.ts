import { type BatchSource, type SupervisedBatch, type Tensor, torch } from '@flambeau/core';

/** Batches of `size` of the first `rows` rows in their order, the last one may be smaller. */
export function inOrder(
  x: Tensor,
  y: Tensor,
  size: number,
  rows = x.length,
): BatchSource<SupervisedBatch> {
  const length = Math.ceil(rows / size);
  return {
    length,
    batches() {
      let next = 0;
      return {
        ready: () => next < length,
        take: () => {
          const start = next++ * size;
          const count = Math.min(size, rows - start);
          return [x.narrow(0, start, count), y.narrow(0, start, count)];
        },
        close: () => {},
      };
    },
  };
}

/** `[n, 2]` and `[n, 1]`, random. */
export function randomPairs(n: number): [x: Tensor, y: Tensor] {
  return [torch.randn([n, 2]), torch.randn([n, 1])];
}
