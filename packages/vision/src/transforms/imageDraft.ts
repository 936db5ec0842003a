import type { Tensor } from '@flambeau/core';
import { type Grid, gridOf, mapped } from './grid.js';
import { identity, isIdentity, type Matrix, multiply, onGridOf } from './matrix.js';
import { sampleGrid } from './sampleGrid.js';

/** What lies outside of an image: 0, the nearest border, or its mirror image. */
export type PaddingMode = 'zeros' | 'border' | 'reflection';

export interface SampleOptions {
  /** Default 'reflection'. */
  readonly paddingMode?: PaddingMode;
  /** Default 'bilinear'. */
  readonly mode?: 'bilinear' | 'nearest' | 'bicubic';
}

/**
 * An image while transforms act on it.
 *
 * Moves of its pixels are collected, as a matrix as long as they are perspectives, and the image is
 * sampled once, when something asks for its pixels: each sampling blurs. Changes of light act on the
 * logits of the pixels, and the sigmoid follows once after the last of them.
 */
export class ImageDraft {
  readonly #sampling: Required<SampleOptions>;
  #pixels: Tensor;
  #logits: Tensor | undefined;
  /** Places that no matrix gives; undefined: those of the pixels of the result. */
  #grid: Grid | undefined;
  /** Maps the grid to places in the image. */
  #map: Matrix = identity;
  /** Follows the map. It is for squares, see {@link onGridOf}. */
  #affine: Matrix = identity;
  #resized: readonly [rows: number, columns: number] | undefined;

  /** @param pixels float32 `[channels, rows, columns]` */
  constructor(pixels: Tensor, { paddingMode = 'reflection', mode = 'bilinear' }: SampleOptions) {
    this.#pixels = pixels;
    this.#sampling = { paddingMode, mode };
  }

  /** Rows and columns of the image as it will be. */
  get size(): readonly [rows: number, columns: number] {
    return this.#resized ?? [this.#pixels.size(1), this.#pixels.size(2)];
  }

  /** Samples the image with so many pixels, from now on. */
  resize(rows: number, columns: number): void {
    const [oldRows, oldColumns] = this.size;
    if (rows === oldRows && columns === oldColumns) return;
    this.#settle();
    this.#resized = [rows, columns];
  }

  /**
   * Maps places in the result to places in the image, by `[x, y, 1]` multiplied from the left. What
   * is given first is applied last.
   */
  affine(matrix: Matrix): void {
    this.#affine = multiply(this.#affine, matrix);
  }

  /** Maps the places that pixels come from to other ones, in a perspective. */
  project(matrix: Matrix): void {
    this.#applyAffine();
    this.#map = multiply(matrix, this.#map);
  }

  /** Changes the places that pixels come from. */
  coords(change: (grid: Grid) => Grid): void {
    this.#grid = change(this.#currentGrid());
    this.#map = identity;
  }

  /** Changes the logits of the pixels, of each channel by itself. */
  lighting(change: (logits: Tensor) => Tensor): void {
    this.#logits = change(this.#logits ?? this.pixels.logit(nearest));
  }

  /** Changes the pixels. */
  pixelwise(change: (pixels: Tensor) => Tensor): void {
    this.#pixels = change(this.pixels);
  }

  /** float32 `[channels, rows, columns]`, all changes made. */
  get pixels(): Tensor {
    this.#settle();
    return this.#pixels;
  }

  #settle(): void {
    if (this.#logits !== undefined) {
      this.#pixels = this.#logits.sigmoid();
      this.#logits = undefined;
    }
    this.#applyAffine();
    const isMoved = this.#grid !== undefined || !isIdentity(this.#map);
    if (!isMoved && this.#resized === undefined) return;
    this.#pixels = sampleGrid(this.#pixels, this.#currentGrid(), this.#sampling);
    this.#grid = undefined;
    this.#map = identity;
    this.#resized = undefined;
  }

  #currentGrid(): Grid {
    this.#applyAffine();
    return this.#grid === undefined
      ? gridOf(this.#map, ...this.size)
      : mapped(this.#grid, this.#map);
  }

  #applyAffine(): void {
    if (isIdentity(this.#affine)) return;
    this.#map = multiply(onGridOf(...this.size, this.#affine), this.#map);
    this.#affine = identity;
  }
}

/** How near 0 and 1 a pixel may be: they have no logit themselves. */
const nearest = 1e-7;
