import { checkOptions } from '@flambeau/core';
import type { Axes } from './axes.js';
import { type Figure, type FigureOptions, subplots } from './figure.js';

/**
 * A figure whose places a function draws in, one after another, row by row. Default 1 by 1, of 12 by
 * 6 inches.
 */
export async function plotMulti(
  func: (row: number, column: number, ax: Axes) => unknown,
  rows = 1,
  columns = 1,
  options: FigureOptions = {},
): Promise<Figure> {
  checkOptions('plotMulti', options, ['figsize']);
  const { figsize = [12, 6] } = options;
  const figure = subplots(rows, columns, { figsize });
  for (const [i, row] of figure.axes.entries()) {
    for (const [j, ax] of row.entries()) await func(i, j, ax);
  }
  return figure;
}
