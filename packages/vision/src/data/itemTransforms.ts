import { DataError, type Tensor, tidy } from '@flambeau/core';
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

/**
 * @returns float32 `[channels, rows, columns]`
 * @throws DataError, which names the file, where a transform fails
 */
export function inputOf(path: string, raw: RawPixels, transforms: ItemTransforms): Tensor {
  const { tfms, options, decoding } = transforms;
  try {
    return tidy(() => applyTfms(pixelsOf(raw, decoding), tfms, options));
  } catch (error) {
    throw new DataError(`'${path}' cannot be transformed: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
