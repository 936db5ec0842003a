import type { Position } from './affine.js';
import { checkWhole } from './checks.js';
import { cropPadded, cropped, type ImageSize, padded, sidesOf } from './cropping.js';
import { defineTransform } from './defineTransform.js';
import { uniform, uniformInt } from './draws.js';
import type { PaddingMode } from './imageDraft.js';
import { order } from './randTransform.js';

/** Cuts out a part of this size. */
export const crop = defineTransform<{ readonly size: ImageSize } & Position>({
  name: 'crop',
  order: order.pixel,
  defaults: { size: 224, rowPct: 0.5, colPct: 0.5 },
  draws: { rowPct: uniform, colPct: uniform },
  apply: (draft, { size, ...position }) =>
    draft.pixelwise((pixels) => cropped(pixels, sidesOf(size), position)),
});

/** Cuts out a part of this size, of an image that is padded first where it is too small. */
export const cropPad = defineTransform<
  { readonly size: ImageSize; readonly paddingMode: PaddingMode } & Position
>({
  name: 'cropPad',
  order: order.crop,
  defaults: { size: 224, paddingMode: 'reflection', rowPct: 0.5, colPct: 0.5 },
  draws: { rowPct: uniform, colPct: uniform },
  apply: (draft, { size, paddingMode, ...position }) => {
    const sides = sidesOf(size);
    draft.pixelwise((pixels) => cropPadded(pixels, sides, position, paddingMode));
  },
});

/** Adds so many pixels on all sides. */
export const pad = defineTransform<{ readonly padding: number; readonly mode: PaddingMode }>({
  name: 'pad',
  order: order.pad,
  defaults: { padding: 0, mode: 'reflection' },
  draws: { padding: uniformInt },
  apply: (draft, { padding, mode }) => {
    checkWhole('pad: padding', padding, 0);
    draft.pixelwise((pixels) => padded(pixels, padding, padding, mode));
  },
});
