import { nn, type Tensor, tidy } from '@flambeau/core';
import { outputSize } from '../outputSize.js';

export interface ConvolutionOptions {
  /** Places that the kernel moves on. Default 1. */
  readonly stride?: number;
  /** Zeros around the image. Default 0. */
  readonly padding?: number;
  /** Places between the kernel's values, plus 1. Default 1. */
  readonly dilation?: number;
}

/**
 * A convolution as one multiplication of matrices: what lies below the kernel at each of its places
 * becomes a column, and each kernel a row.
 * @param images `[n, channels, rows, columns]`
 * @param weight `[kernels, channels, height, width]`
 * @param bias `[kernels]`
 * @returns `[n, kernels, rows, columns]`, see {@link outputSize}
 */
export function convolutionByHand(
  images: Tensor,
  weight: Tensor,
  bias?: Tensor,
  { stride = 1, padding = 0, dilation = 1 }: ConvolutionOptions = {},
): Tensor {
  return tidy(() => {
    const [, , rows, columns] = images.shape as readonly [number, number, number, number];
    const [kernels, , height, width] = weight.shape as readonly [number, number, number, number];
    const patches = nn.functional.unfold(images, [height, width], { stride, padding, dilation });
    const products = weight.flatten(1).matmul(patches);
    const sums = bias === undefined ? products : products.add(bias.view([-1, 1]));
    return sums.view([
      -1,
      kernels,
      outputSize(rows, { kernel: height, stride, padding, dilation }),
      outputSize(columns, { kernel: width, stride, padding, dilation }),
    ]);
  });
}

/**
 * The same as a matrix for a whole image: `matrix @ image.flatten()` is the convolution. Most of its
 * entries are 0, and each number of the kernel stands in every row: weights that are tied.
 * @param kernel `[height, width]`
 * @returns `[places of the kernel, rows * columns]`
 */
export function convolutionMatrix(kernel: Tensor, rows: number, columns: number): Tensor {
  return tidy(() => {
    const [height, width] = kernel.shape as readonly [number, number];
    const down = outputSize(rows, { kernel: height });
    const across = outputSize(columns, { kernel: width });
    const matrix = kernel.newZeros([down, across, rows, columns]);
    for (let row = 0; row < down; row++) {
      for (let column = 0; column < across; column++) {
        const below = matrix.select(0, row).select(0, column);
        below.narrow(0, row, height).narrow(1, column, width).copy_(kernel);
      }
    }
    return matrix.view([down * across, rows * columns]);
  });
}
