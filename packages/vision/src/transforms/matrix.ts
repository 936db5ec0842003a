/** A perspective of `[x, y, 1]`, row by row: the nine numbers of a 3 x 3 matrix. */
export type Matrix = readonly [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

export const identity: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/** An affine map, of which the first two rows say it all. */
export function affineMatrix(
  a: number,
  b: number,
  c: number,
  d: number,
  e: number,
  f: number,
): Matrix {
  return [a, b, c, d, e, f, 0, 0, 1];
}

export function isAffine([, , , , , , g, h, i]: Matrix): boolean {
  return g === 0 && h === 0 && i === 1;
}

export function isIdentity(matrix: Matrix): boolean {
  return matrix.every((value, i) => value === identity[i]);
}

export function multiply(left: Matrix, right: Matrix): Matrix {
  const entry = (row: number, column: number) =>
    [0, 1, 2].reduce(
      (sum, k) => sum + (left[3 * row + k] as number) * (right[3 * k + column] as number),
      0,
    );
  return identity.map((_, i) => entry(Math.floor(i / 3), i % 3)) as unknown as Matrix;
}

/**
 * The same affine map for a grid that is not square. On the grid both sides reach from -1 to 1, so what
 * goes from one axis to the other is scaled, and a rotation stays one.
 */
export function onGridOf(rows: number, columns: number, matrix: Matrix): Matrix {
  const [a, b, c, d, e, f] = matrix;
  return affineMatrix(a, (b * rows) / columns, c, (d * columns) / rows, e, f);
}
