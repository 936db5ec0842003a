import { functions } from '../ops/install.js';
import { shortest } from '../tensor/formatNumber.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { shapeText } from './shapes.js';
import { expandSize, pythonTuple, type SpatialDims, type SpatialSize } from './sizes.js';

type PaddingKind = 'constant' | 'reflect' | 'replicate' | 'circular';

/** Extends, or for negative numbers cuts, the last dimensions of its input. */
abstract class Pad extends Module {
  /** How much is added before and after each dimension, the last dimension first. */
  readonly padding: readonly number[];
  private readonly mode: PaddingKind;

  /** @param dims how many dimensions are padded, of the last ones */
  constructor(mode: PaddingKind, dims: SpatialDims, padding: SpatialSize) {
    super();
    this.mode = mode;
    const count = 2 * dims;
    const owner = this.constructor.name;
    this.padding = expandSize(owner, 'padding', padding, count, Number.NEGATIVE_INFINITY);
  }

  protected override forward(input: Tensor): Tensor {
    return functions.nn.pad(input, this.padding, this.mode);
  }

  protected override extraRepr(): string {
    return pythonTuple(this.padding);
  }
}

abstract class ConstantPad extends Pad {
  readonly value: number;

  constructor(dims: SpatialDims, padding: SpatialSize, value: number) {
    super('constant', dims, padding);
    this.value = value;
  }

  protected override forward(input: Tensor): Tensor {
    return functions.nn.pad(input, this.padding, 'constant', this.value);
  }

  protected override extraRepr(): string {
    const { padding, value } = this;
    const number = Number.isInteger(value) ? `${value}` : shortest(value);
    return `padding=${pythonTuple(padding)}, value=${number}`;
  }
}

/** Surrounds signals, `[*, length]`, with `value`. */
export class ConstantPad1d extends ConstantPad {
  /** @param padding `[left, right]`, or one number for both */
  constructor(padding: SpatialSize, value: number) {
    super(1, padding, value);
  }
}

/** Surrounds images, `[*, height, width]`, with `value`. */
export class ConstantPad2d extends ConstantPad {
  /** @param padding `[left, right, top, bottom]`, or one number for all */
  constructor(padding: SpatialSize, value: number) {
    super(2, padding, value);
  }
}

/** Surrounds volumes, `[*, depth, height, width]`, with `value`. */
export class ConstantPad3d extends ConstantPad {
  /** @param padding `[left, right, top, bottom, front, back]`, or one number for all */
  constructor(padding: SpatialSize, value: number) {
    super(3, padding, value);
  }
}

abstract class ZeroPad extends ConstantPad {
  constructor(dims: SpatialDims, padding: SpatialSize) {
    super(dims, padding, 0);
  }

  protected override extraRepr(): string {
    return pythonTuple(this.padding);
  }
}

/** {@link ConstantPad1d} of 0. */
export class ZeroPad1d extends ZeroPad {
  constructor(padding: SpatialSize) {
    super(1, padding);
  }
}

/** {@link ConstantPad2d} of 0. */
export class ZeroPad2d extends ZeroPad {
  constructor(padding: SpatialSize) {
    super(2, padding);
  }
}

/** {@link ConstantPad3d} of 0. */
export class ZeroPad3d extends ZeroPad {
  constructor(padding: SpatialSize) {
    super(3, padding);
  }
}

/** Mirrors `[channels, length]`, with batch or without, at its ends, which are not repeated. */
export class ReflectionPad1d extends Pad {
  /** @param padding `[left, right]`, or one number for both */
  constructor(padding: SpatialSize) {
    super('reflect', 1, padding);
  }
}

/** {@link ReflectionPad1d} of images, `[channels, height, width]` with batch or without. */
export class ReflectionPad2d extends Pad {
  /** @param padding `[left, right, top, bottom]`, or one number for all */
  constructor(padding: SpatialSize) {
    super('reflect', 2, padding);
  }
}

/** {@link ReflectionPad1d} of volumes, `[channels, depth, height, width]` with batch or without. */
export class ReflectionPad3d extends Pad {
  /** @param padding `[left, right, top, bottom, front, back]`, or one number for all */
  constructor(padding: SpatialSize) {
    super('reflect', 3, padding);
  }
}

/** Repeats the ends of `[channels, length]`, with batch or without. */
export class ReplicationPad1d extends Pad {
  /** @param padding `[left, right]`, or one number for both */
  constructor(padding: SpatialSize) {
    super('replicate', 1, padding);
  }
}

/** Repeats the edges of images, `[channels, height, width]` with batch or without. */
export class ReplicationPad2d extends Pad {
  /** @param padding `[left, right, top, bottom]`, or one number for all */
  constructor(padding: SpatialSize) {
    super('replicate', 2, padding);
  }
}

/** Repeats the faces of volumes, `[channels, depth, height, width]` with batch or without. */
export class ReplicationPad3d extends Pad {
  /** @param padding `[left, right, top, bottom, front, back]`, or one number for all */
  constructor(padding: SpatialSize) {
    super('replicate', 3, padding);
  }
}

abstract class CircularPad extends Pad {
  constructor(dims: SpatialDims, padding: SpatialSize) {
    super('circular', dims, padding);
  }

  protected override forward(input: Tensor): Tensor {
    const unbatched = this.padding.length / 2 + 1;
    if (input.ndim !== unbatched && input.ndim !== unbatched + 1) {
      throw new RangeError(
        `${this.constructor.name}: the input must have ${unbatched} or ${unbatched + 1} dimensions, ` +
          `got shape ${shapeText(input)}`,
      );
    }
    return super.forward(input);
  }
}

/** Goes on with the other end of `[channels, length]`, with batch or without. */
export class CircularPad1d extends CircularPad {
  /** @param padding `[left, right]`, or one number for both */
  constructor(padding: SpatialSize) {
    super(1, padding);
  }
}

/** {@link CircularPad1d} of images, `[channels, height, width]` with batch or without. */
export class CircularPad2d extends CircularPad {
  /** @param padding `[left, right, top, bottom]`, or one number for all */
  constructor(padding: SpatialSize) {
    super(2, padding);
  }
}

/** {@link CircularPad1d} of volumes, `[channels, depth, height, width]` with batch or without. */
export class CircularPad3d extends CircularPad {
  /** @param padding `[left, right, top, bottom, front, back]`, or one number for all */
  constructor(padding: SpatialSize) {
    super(3, padding);
  }
}
