import { checkOptions, tidy } from '@flambeau/core';
import { Image } from '../image/image.js';
import type { Range } from './draws.js';
import { ImageDraft } from './imageDraft.js';
import { type RandOptions, RandTransform, type TransformDefinition } from './randTransform.js';

/** A parameter as it is given to be drawn: a range for numbers, a probability for yes or no. */
export type Random<Value> =
  | Value
  | (Value extends number | readonly number[] ? Range : never)
  | (Value extends readonly boolean[] ? number : never);

/** What a transform is given to be random. */
export type RandomParams<Params extends object> = RandOptions & {
  readonly [Name in keyof Params]?: Random<Params[Name]>;
};

/**
 * A transform: called with an image it gives the transformed one; called without, it gives a
 * {@link RandTransform} that draws its parameters for each image.
 */
export interface Transform<Params extends object> {
  (image: Image, params?: Partial<Params>): Image;
  (params?: RandomParams<Params>): RandTransform<Params>;
  readonly definition: TransformDefinition<Params>;
}

/**
 * A transform. One of one's own that shall run in a loader's worker threads says how it is made
 * there, by `inWorkers` for its `definition`.
 */
export function defineTransform<Params extends object>(
  definition: TransformDefinition<Params>,
): Transform<Params> {
  const { name, defaults } = definition;
  function transform(image: Image, params?: Partial<Params>): Image;
  function transform(params?: RandomParams<Params>): RandTransform<Params>;
  function transform(
    first?: Image | RandomParams<Params>,
    params: Partial<Params> = {},
  ): Image | RandTransform<Params> {
    if (!(first instanceof Image)) return new RandTransform(definition, first ?? {});
    checkOptions(name, params, Object.keys(defaults));
    return tidy(() => {
      const draft = new ImageDraft(first.px, {});
      definition.apply(draft, { ...defaults, ...params });
      return new Image(draft.pixels.contiguous());
    });
  }
  Object.defineProperty(transform, 'name', { value: name });
  return Object.assign(transform, { definition });
}
