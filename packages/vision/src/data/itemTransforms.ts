import type { Tensor } from '@flambeau/core';
import { type DecodeOptions, pixelsOf, type RawPixels } from '../image/decode.js';
import { type ApplyTfmsOptions, applyTfms } from '../transforms/applyTfms.js';
import type { RandTransform } from '../transforms/randTransform.js';

/** How the images of a list become inputs. */
export interface ItemTransforms {
  readonly tfms: readonly RandTransform[];
  readonly options: Omit<ApplyTfmsOptions, 'drawn'>;
  readonly decoding: Pick<DecodeOptions, 'convertMode'>;
}

export const untransformed: ItemTransforms = { tfms: [], options: {}, decoding: {} };

/** @returns float32 `[channels, rows, columns]` */
export function inputOf(raw: RawPixels, { tfms, options, decoding }: ItemTransforms): Tensor {
  return applyTfms(pixelsOf(raw, decoding), tfms, options);
}
