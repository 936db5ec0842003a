import { checkOptions, type Tensor, tidy } from '@flambeau/core';
import { cropPadded, sidesOf } from './cropping.js';
import { ImageDraft } from './imageDraft.js';
import { type Drawn, order, type RandTransform } from './randTransform.js';
import { resizedSides, roundedSides } from './resize.js';
import { checkTransforms, type TransformOptions, transformOptions } from './transformOptions.js';

export interface ApplyTfmsOptions extends TransformOptions {
  /** Parameters for each transform that were drawn before. Default: they are drawn now. */
  readonly drawn?: readonly Drawn<object>[];
}

/**
 * An image after transforms, in the order of their kinds: pads, warps, affine maps, light, pixels,
 * cutouts, crops. All moves of pixels, the change of size included, are made by one sampling.
 * @param pixels float32 `[channels, rows, columns]`
 * @throws TypeError for an unknown option, and for what is no transform
 * @throws RangeError for an option out of its range
 */
export function applyTfms(
  pixels: Tensor,
  tfms: readonly RandTransform[],
  options: ApplyTfmsOptions = {},
): Tensor {
  checkOptions('applyTfms', options, [...transformOptions, 'drawn']);
  checkTransforms('applyTfms', tfms, options);
  const { size, mult, drawn, paddingMode = 'reflection', mode = 'bilinear' } = options;
  const { resizeMethod = typeof size === 'object' ? 'squish' : 'crop' } = options;
  if (drawn !== undefined && drawn.length !== tfms.length) {
    throw new RangeError(
      `applyTfms: expected what was drawn for ${tfms.length} transforms, got ${drawn.length}`,
    );
  }
  return tidy(() => {
    const draft = new ImageDraft(pixels, { paddingMode, mode });
    const target = roundedSides(size === undefined ? draft.size : sidesOf(size), mult);
    if (size !== undefined && resizeMethod !== 'no') {
      draft.resize(...resizedSides(draft.size, target, resizeMethod));
    }
    const crops = resizeMethod === 'crop' || resizeMethod === 'pad';
    const steps = tfms.map((tfm, i) => ({ tfm, params: drawn ? drawn[i] : tfm.draw() }));
    steps.sort((a, b) => a.tfm.order - b.tfm.order);
    for (const { tfm, params } of steps) {
      if (!isCrop(tfm)) tfm.apply(draft, params);
      else if (crops) tfm.apply(draft, params, { size: target, paddingMode });
    }
    if (crops && size !== undefined && !tfms.some(isCrop)) {
      draft.pixelwise((it) => cropPadded(it, target, { rowPct: 0.5, colPct: 0.5 }, paddingMode));
    }
    return draft.pixels.contiguous();
  });
}

function isCrop(tfm: RandTransform): boolean {
  return tfm.order === order.crop;
}
