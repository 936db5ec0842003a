import { type Tensor, tidy, torch } from '@flambeau/core';

/**
 * The lesson's kernel, float32 `[1, 3, 3, 3]`: it finds edges below and to the right of something
 * bright, in all colours alike. Its numbers sum to 0, so that an even area gives 0.
 */
export function lessonKernel(): Tensor {
  return tidy(() =>
    torch
      .tensor([
        [0, -5 / 3, 1],
        [-5 / 3, -5 / 3, 1],
        [1, 1, 1],
      ])
      .expand([1, 3, 3, 3])
      .div(6),
  );
}

/** Finds edges with something bright above, float32 `[1, 1, 3, 3]`. */
export function topEdgeKernel(): Tensor {
  return torch.tensor([
    [
      [
        [1, 2, 1],
        [0, 0, 0],
        [-1, -2, -1],
      ],
    ],
  ]);
}
