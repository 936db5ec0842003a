import { checkOptions, type Tensor, tidy } from '@flambeau/core';
import { cropPadded, type ImageSize, sidesOf } from './cropping.js';
import { ImageDraft, type SampleOptions } from './imageDraft.js';
import { type Drawn, order, type RandTransform } from './randTransform.js';
import { type ResizeMethod, resizedSides, roundedSides } from './resize.js';

export interface ApplyTfmsOptions extends SampleOptions {
  /** What all images shall have, in pixels. Default: each keeps its own size. */
  readonly size?: ImageSize;
  /** How an image gets this size. Default 'crop', for a size of two numbers 'squish'. */
  readonly resizeMethod?: ResizeMethod;
  /** Rounds the sides to multiples of this number. */
  readonly mult?: number;
  /** Parameters for each transform that were drawn before. Default: they are drawn now. */
  readonly drawn?: readonly Drawn<object>[];
}

export const applyTfmsOptions = [
  'size',
  'resizeMethod',
  'mult',
  'drawn',
  'paddingMode',
  'mode',
] as const satisfies readonly (keyof ApplyTfmsOptions)[];

/**
 * An image after transforms, in the order of their kinds: pads, warps, affine maps, light, pixels,
 * cutouts, crops. All moves of pixels, the change of size included, are made by one sampling.
 * @param pixels float32 `[channels, rows, columns]`
 * @throws RangeError for a size that is no size
 */
export function applyTfms(
  pixels: Tensor,
  tfms: readonly RandTransform[],
  options: ApplyTfmsOptions = {},
): Tensor {
  checkOptions('applyTfms', options, applyTfmsOptions);
  const { size, mult, drawn, paddingMode = 'reflection', mode = 'bilinear' } = options;
  const { resizeMethod = typeof size === 'object' ? 'squish' : 'crop' } = options;
  return tidy(() => {
    const draft = new ImageDraft(pixels, { paddingMode, mode });
    const target = size === undefined ? undefined : roundedSides(sidesOf(size), mult);
    if (target !== undefined && resizeMethod !== 'no') {
      draft.resize(...resizedSides(draft.size, target, resizeMethod));
    }
    const crops = resizeMethod === 'crop' || resizeMethod === 'pad' ? target : undefined;
    const steps = tfms.map((tfm, i) => ({ tfm, params: drawn ? drawn[i] : tfm.draw() }));
    steps.sort((a, b) => a.tfm.order - b.tfm.order);
    for (const { tfm, params } of steps) {
      if (!isCrop(tfm)) tfm.apply(draft, params);
      else if (crops !== undefined) tfm.apply(draft, params, { size: crops, paddingMode });
    }
    if (crops !== undefined && !tfms.some(isCrop)) {
      draft.pixelwise((it) => cropPadded(it, crops, { rowPct: 0.5, colPct: 0.5 }, paddingMode));
    }
    return draft.pixels.contiguous();
  });
}

function isCrop(tfm: RandTransform): boolean {
  return tfm.order === order.crop;
}
