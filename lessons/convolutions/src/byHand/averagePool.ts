import { nn, type Tensor, tidy } from '@flambeau/core';
import { outputSize } from '../outputSize.js';

/**
 * The mean below a square that moves on by its own size.
 * @param images `[n, channels, rows, columns]`
 */
export function averagePoolByHand(images: Tensor, size: number): Tensor {
  return tidy(() => {
    const [n, channels, rows, columns] = images.shape as readonly [number, number, number, number];
    const step = { kernel: size, stride: size };
    const patches = nn.functional.unfold(images, size, { stride: size });
    return patches
      .view([n, channels, size * size, -1])
      .mean(2)
      .view([n, channels, outputSize(rows, step), outputSize(columns, step)]);
  });
}
