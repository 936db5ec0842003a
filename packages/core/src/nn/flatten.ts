import { inspect } from 'node:util';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { pythonTuple } from './sizes.js';

/** Makes one dimension of those from `startDim` to `endDim`: `[batch, *]` to `[batch, elements]`. */
export class Flatten extends Module {
  readonly startDim: number;
  readonly endDim: number;

  /** @param endDim the last one that is joined; -1 is the last of all */
  constructor(startDim = 1, endDim = -1) {
    super();
    this.startDim = startDim;
    this.endDim = endDim;
  }

  protected override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim);
  }

  protected override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

/** Makes several dimensions of one: the way back of {@link Flatten}. */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  /**
   * @param unflattenedSize the new sizes, of which one can be -1 for what remains
   * @throws TypeError for sizes that are no list of whole numbers
   */
  constructor(dim: number, unflattenedSize: readonly number[]) {
    super();
    if (!Array.isArray(unflattenedSize) || !unflattenedSize.every(Number.isSafeInteger)) {
      throw new TypeError(
        `Unflatten: unflattenedSize must be a list of whole numbers, got ${inspect(unflattenedSize)}`,
      );
    }
    this.dim = dim;
    this.unflattenedSize = unflattenedSize;
  }

  protected override forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattenedSize);
  }

  protected override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${pythonTuple(this.unflattenedSize)}`;
  }
}
