import { type Tensor, torch } from '@flambeau/core';
import { checkWhole } from './checks.js';
import { defineTransform } from './defineTransform.js';
import { uniform, uniformInt } from './draws.js';
import { order } from './randTransform.js';

/** Mirrors left and right. */
export const flipLr = defineTransform<object>({
  name: 'flipLr',
  order: order.pixel,
  defaults: {},
  draws: {},
  apply: (draft) => draft.pixelwise((pixels) => pixels.flip([2])),
});

/**
 * One of the eight ways to lay an image: bit 0 of `k` mirrors top and bottom, bit 1 left and right,
 * then bit 2 exchanges rows and columns.
 */
export const dihedral = defineTransform<{ readonly k: number }>({
  name: 'dihedral',
  order: order.pixel,
  defaults: { k: 0 },
  draws: { k: uniformInt },
  drawn: { k: [0, 7] },
  apply: (draft, { k }) => {
    checkWhole('dihedral: k', k, 0, 7);
    draft.pixelwise((pixels) => {
      const dims = [1, 2].filter((dim) => k & dim);
      const flipped = dims.length > 0 ? pixels.flip(dims) : pixels;
      return k & 4 ? flipped.transpose(1, 2) : flipped;
    });
  },
});

/** Blackens squares at random places; what lies beyond the border is cut off. */
export const cutout = defineTransform<{
  readonly nHoles: number;
  /** Pixels along a side. */
  readonly length: number;
}>({
  name: 'cutout',
  order: order.cutout,
  defaults: { nHoles: 1, length: 40 },
  draws: { nHoles: uniformInt, length: uniformInt },
  apply: (draft, { nHoles, length }) =>
    draft.pixelwise((pixels) => {
      const cut = pixels.clone();
      for (let hole = 0; hole < nHoles; hole++) hideSquare(cut, length);
      return cut;
    }),
});

function hideSquare(pixels: Tensor, length: number): void {
  let square = pixels;
  for (const dim of [1, 2]) {
    const count = pixels.size(dim);
    const start = uniformInt([0, count - 1]) - Math.floor(length / 2);
    const [from, to] = [Math.max(start, 0), Math.min(start + length, count)];
    square = square.narrow(dim, from, to - from);
  }
  square.zero_();
}

/** Replaces a channel by noise, of a strength up to `thresh`. */
export const rgbRandomize = defineTransform<{
  /** Null: one at random. */
  readonly channel: number | null;
  readonly thresh: number;
}>({
  name: 'rgbRandomize',
  order: order.pixel,
  defaults: { channel: null, thresh: 0.3 },
  draws: {},
  apply: (draft, { channel, thresh }) =>
    draft.pixelwise((pixels) => {
      const changed = pixels.clone();
      const noisy = changed.select(0, channel ?? uniformInt([0, pixels.size(0) - 1]));
      noisy.copy_(torch.randLike(noisy).mul(uniform([0, thresh])));
      return changed;
    }),
});
