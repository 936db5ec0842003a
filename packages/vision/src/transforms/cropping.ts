import { nn, type Tensor } from '@flambeau/core';
import type { Position } from './affine.js';
import type { PaddingMode } from './imageDraft.js';
import type { Sides } from './resize.js';

/** Pixels along both sides, or rows and columns. */
export type ImageSize = number | readonly [rows: number, columns: number];

/** @throws RangeError unless both sides are whole numbers above 0 */
export function sidesOf(size: ImageSize): Sides {
  const [rows, columns] = typeof size === 'number' ? [size, size] : size;
  if (Number.isInteger(rows) && Number.isInteger(columns) && rows > 0 && columns > 0) {
    return [rows, columns];
  }
  throw new RangeError(`an image's size is whole numbers above 0, got ${rows} x ${columns}`);
}

/** The part of this size whose place is given, of an image that is padded where it is too small. */
export function cropPadded(
  pixels: Tensor,
  sides: Sides,
  position: Position,
  mode: PaddingMode,
): Tensor {
  const [rowPad, colPad] = sides.map((side, i) =>
    Math.max(Math.floor((side - pixels.size(i + 1) + 1) / 2), 0),
  ) as [number, number];
  return cropped(padded(pixels, rowPad, colPad, mode), sides, position);
}

/** The part of this size whose place is given. @throws RangeError for a smaller image */
export function cropped(pixels: Tensor, sides: Sides, { rowPct, colPct }: Position): Tensor {
  const starts = [rowPct, colPct].map((share, i) => {
    const room = pixels.size(i + 1) - (sides[i] as number);
    if (room < 0) {
      throw new RangeError(
        `crop: the image of ${pixels.size(1)} x ${pixels.size(2)} is smaller than ` +
          `${sides[0]} x ${sides[1]}: pad it, or use cropPad`,
      );
    }
    return Math.floor((room + 1) * Math.min(share, lastShare));
  }) as [number, number];
  return pixels.narrow(1, starts[0], sides[0]).narrow(2, starts[1], sides[1]);
}

/** A share of 1 is the last place, not the one after it. */
const lastShare = 1 - 1e-7;

/** With so many rows and columns more on each side. @throws RangeError where there is too little to mirror */
export function padded(pixels: Tensor, rows: number, columns: number, mode: PaddingMode): Tensor {
  if (rows === 0 && columns === 0) return pixels;
  if (mode === 'reflection' && (rows >= pixels.size(1) || columns >= pixels.size(2))) {
    throw new RangeError(
      `reflection adds fewer pixels than there are: an image of ${pixels.size(1)} x ` +
        `${pixels.size(2)} cannot get ${rows} rows and ${columns} columns on each side`,
    );
  }
  return nn.functional
    .pad(pixels.unsqueeze(0), [columns, columns, rows, rows], padModes[mode])
    .squeeze(0);
}

/** The names of PyTorch's padding. */
const padModes = { zeros: 'constant', border: 'replicate', reflection: 'reflect' } as const;
