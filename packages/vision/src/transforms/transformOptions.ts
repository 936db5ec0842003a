import { inspect } from 'node:util';
import { type ImageSize, sidesOf } from './cropping.js';
import type { SampleOptions } from './imageDraft.js';
import { RandTransform } from './randTransform.js';
import { type ResizeMethod, roundedSides } from './resize.js';

/** How images are transformed, besides the transforms. */
export interface TransformOptions extends SampleOptions {
  /** What all images shall have, in pixels. Default: each keeps its own size. */
  readonly size?: ImageSize;
  /** How an image gets this size. Default 'crop', for a size of two numbers 'squish'. */
  readonly resizeMethod?: ResizeMethod;
  /** Rounds the sides to multiples of this number. */
  readonly mult?: number;
}

export const transformOptions = [
  'size',
  'resizeMethod',
  'mult',
  'paddingMode',
  'mode',
] as const satisfies readonly (keyof TransformOptions)[];

const choices = {
  resizeMethod: ['crop', 'pad', 'squish', 'no'],
  paddingMode: ['zeros', 'border', 'reflection'],
  mode: ['bilinear', 'nearest', 'bicubic'],
} as const satisfies { [Name in keyof TransformOptions]?: readonly TransformOptions[Name][] };

/**
 * @throws TypeError for what is no transform
 * @throws RangeError for an option that is none of its choices, and for a size that is no size
 */
export function checkTransforms(
  name: string,
  tfms: readonly RandTransform[],
  options: TransformOptions,
): void {
  for (const tfm of tfms) {
    if (tfm instanceof RandTransform) continue;
    throw new TypeError(
      `${name}: expected transforms, such as rotate({ degrees: 10 }), got ${inspect(tfm)}`,
    );
  }
  for (const [option, allowed] of Object.entries(choices)) {
    const given: unknown = options[option as keyof typeof choices];
    if (given === undefined || allowed.some((it) => it === given)) continue;
    throw new RangeError(
      `${name}: ${option} must be '${allowed.join("', '")}', got ${inspect(given)}`,
    );
  }
  if (options.size !== undefined) roundedSides(sidesOf(options.size), options.mult);
}
