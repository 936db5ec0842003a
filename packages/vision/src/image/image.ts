import { plot, Tensor, type TensorHolder, tensorsOf } from '@flambeau/core';
import type { Figure } from '../show/figure.js';
import { type ShowImageOptions, showImage } from '../show/showImage.js';
import { type ApplyTfmsOptions, applyTfms } from '../transforms/applyTfms.js';
import type { RandTransform } from '../transforms/randTransform.js';
import { pngOf, saveImage } from './saveImage.js';

/** A picture as a tensor. It does not change: transforms give new ones. */
export class Image implements TensorHolder, Disposable {
  /** float32 `[channels, rows, columns]`, from 0 to 1. */
  readonly px: Tensor;

  /** @throws TypeError unless `px` has floating-point numbers and three dimensions */
  constructor(px: Tensor) {
    if (!(px instanceof Tensor) || px.ndim !== 3 || !px.isFloatingPoint()) {
      const given = px instanceof Tensor ? `${px.dtype} [${px.shape}]` : typeof px;
      throw new TypeError(`an image is a float tensor [channels, rows, columns], got ${given}`);
    }
    this.px = px;
  }

  /** fast.ai's other name of {@link Image.px}. */
  get data(): Tensor {
    return this.px;
  }

  /** Channels, rows, columns. */
  get shape(): readonly [channels: number, rows: number, columns: number] {
    return this.px.shape as readonly number[] as [number, number, number];
  }

  /** Rows, columns. */
  get size(): readonly [rows: number, columns: number] {
    const [, rows, columns] = this.shape;
    return [rows, columns];
  }

  /** The image after these transforms, see {@link applyTfms}. */
  applyTfms(tfms: readonly RandTransform[], options: ApplyTfmsOptions = {}): Image {
    return new Image(applyTfms(this.px, tfms, options));
  }

  /**
   * Writes the image as its name's ending says: .png, .jpg, .webp, .tiff, .avif or .gif.
   * @throws RangeError unless it has 1, 3 or 4 channels
   */
  save(path: string): Promise<void> {
    return saveImage(this.px, path);
  }

  /** The image as a figure, see {@link showImage}. */
  show(options: ShowImageOptions = {}): Figure {
    return showImage(this, options);
  }

  /** Shows the image as a notebook's last expression in Deno's kernel. */
  async [plot.notebookDisplay](): Promise<Record<string, unknown>> {
    const png = Buffer.from(await pngOf(this.px)).toString('base64');
    return { 'image/png': png, 'text/plain': this.toString() };
  }

  *[tensorsOf](): Iterable<Tensor> {
    yield this.px;
  }

  dispose(): void {
    this.px.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  toString(): string {
    return `Image (${this.shape.join(', ')})`;
  }
}
