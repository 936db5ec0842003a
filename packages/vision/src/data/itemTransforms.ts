import type { Tensor } from '@flambeau/core';
import { type DecodeOptions, pixelsOf, type RawPixels } from '../image/decode.js';
import { applyTfms } from '../transforms/applyTfms.js';
import type { RandTransform } from '../transforms/randTransform.js';
import type { TransformOptions } from '../transforms/transformOptions.js';

/** How the images of a list become inputs. */
export interface ItemTransforms {
  readonly tfms: readonly RandTransform[];
  readonly options: TransformOptions;
  readonly decoding: Pick<DecodeOptions, 'convertMode'>;
}

export const untransformed: ItemTransforms = { tfms: [], options: {}, decoding: {} };

/** @returns float32 `[channels, rows, columns]` */
export function inputOf(raw: RawPixels, { tfms, options, decoding }: ItemTransforms): Tensor {
  return applyTfms(pixelsOf(raw, decoding), tfms, options);
}
