import { nn, type Tensor, torch } from '@flambeau/core';
import { isAffine, isIdentity, type Matrix } from './matrix.js';

/** Places in an image, `[1, rows, columns, 2]`: x and y from -1 to 1, its outermost pixels' centres. */
export type Grid = Tensor;

/** The places that a matrix maps those of the pixels of an image to. */
export function gridOf(matrix: Matrix, rows: number, columns: number): Grid {
  const size = [1, 1, rows, columns];
  const theta = torch.tensor(matrix.slice(0, 6)).float().view([1, 2, 3]);
  const places = nn.functional.affineGrid(theta, size, { alignCorners: true });
  if (isAffine(matrix)) return places;
  const [, , , , , , g, h, i] = matrix;
  const across = torch.linspace(-g, g, columns).view([1, -1]);
  const depths = torch
    .linspace(i - h, i + h, rows)
    .view([-1, 1])
    .add(across);
  return places.div_(depths.view([1, rows, columns, 1]));
}

/** The places that a matrix maps others to. */
export function mapped(grid: Grid, matrix: Matrix): Grid {
  if (isIdentity(matrix)) return grid;
  const [a, b, c, d, e, f, g, h, i] = matrix;
  const linear = torch.tensor([
    [a, d, g],
    [b, e, h],
  ]);
  const projected = grid.matmul(linear.float()).add(torch.tensor([c, f, i]).float());
  return projected.narrow(-1, 0, 2).div(projected.narrow(-1, 2, 1));
}
