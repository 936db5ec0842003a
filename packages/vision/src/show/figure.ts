import { inspect } from 'node:util';
import { checkOptions, plot } from '@flambeau/core';
import { Axes } from './axes.js';
import { figureSvg } from './figureSvg.js';

/** Width and height in inches, of 72 units of an SVG each. */
export type FigureSize = readonly [width: number, height: number];

export interface FigureOptions {
  /** Default [6.4, 4.8]. */
  readonly figsize?: FigureSize;
}

/** Pictures in rows and columns. It holds no tensors. */
export class Figure extends plot.Picture {
  readonly axes: readonly (readonly Axes[])[];
  readonly figsize: FigureSize;
  #suptitle = '';

  /** {@link subplots} makes them. */
  constructor(rows: number, columns: number, figsize: FigureSize) {
    super();
    this.figsize = figsize;
    this.axes = Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => new Axes(this)),
    );
  }

  /** The first title there is. */
  override get title(): string {
    const titles = [this.#suptitle, ...this.axes.flat().map(({ titleText }) => titleText)];
    return titles.find((text) => text !== '') ?? 'Figure';
  }

  /** Writes above all pictures; '\n' begins a new line. */
  suptitle(text: string): this {
    this.#suptitle = text;
    return this;
  }

  override toSvg(): Promise<string> {
    return figureSvg(this.axes, this.figsize, this.#suptitle);
  }

  override [inspect.custom](): string {
    const [width, height] = this.figsize;
    return `Figure(${this.axes.length} x ${this.axes[0]?.length} axes; ${width} x ${height} inches)`;
  }
}

/**
 * A figure with places for pictures.
 * @throws RangeError unless all four numbers are above 0, and the first two are whole
 */
export function subplots(rows = 1, columns = 1, options: FigureOptions = {}): Figure {
  checkOptions('subplots', options, ['figsize']);
  const { figsize = [6.4, 4.8] } = options;
  for (const [name, count] of Object.entries({ rows, columns })) {
    if (Number.isInteger(count) && count > 0) continue;
    throw new RangeError(`subplots: ${name} must be a whole number from 1 up, got ${count}`);
  }
  if (figsize.length !== 2 || !figsize.every((side) => side > 0 && Number.isFinite(side))) {
    throw new RangeError(`subplots: figsize must be a width and a height, got [${figsize}]`);
  }
  return new Figure(rows, columns, figsize);
}
