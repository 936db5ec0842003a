import type { Tensor } from '@flambeau/core';
import type { Image } from '../image/image.js';
import type { Figure } from './figure.js';
import { type ImshowOptions, type Layer, layerOf } from './layer.js';

/** One place of a figure, for pictures over one another and their title. */
export class Axes {
  readonly figure: Figure;
  readonly #layers: Layer[] = [];
  #title = '';
  #hasAxis = false;

  /** {@link subplots} makes them. */
  constructor(figure: Figure) {
    this.figure = figure;
  }

  /**
   * Draws a picture over those that are there. It is copied: the tensor may change, or be freed.
   * @param image `[rows, columns]` or `[1, rows, columns]`, which the colour map colours;
   *   `[3, rows, columns]`, red, green and blue; `[4, rows, columns]`, with the opacity. The latter
   *   are from 0 to 1, or whole numbers from 0 to 255; what is beyond is cut off. Values of one channel that
   *   are infinite or NaN are left out.
   * @throws RangeError for other shapes, and for options out of their range
   */
  imshow(image: Image | Tensor, options: ImshowOptions = {}): this {
    this.#layers.push(layerOf(image, options));
    return this;
  }

  /** Writes above the picture; '\n' begins a new line. */
  title(text: string): this {
    this.#title = text;
    return this;
  }

  /** Shows a frame with numbers, or not. Without a call there is none. */
  axis(shown: 'on' | 'off'): this {
    if (shown !== 'on' && shown !== 'off') {
      throw new RangeError(`axis must be 'on' or 'off', got '${shown}'`);
    }
    this.#hasAxis = shown === 'on';
    return this;
  }

  /** What is drawn, the lowest first. */
  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /** What is written above; '' where nothing is. */
  get titleText(): string {
    return this.#title;
  }

  get hasAxis(): boolean {
    return this.#hasAxis;
  }
}
