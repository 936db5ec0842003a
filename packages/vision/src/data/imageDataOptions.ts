import {
  checkOptions,
  type DatabunchOptions,
  databunchOptions,
  type LabelLists,
  type SplitItems,
} from '@flambeau/core';
import type { TransformLists } from '../transforms/getTransforms.js';
import { type TransformOptions, transformOptions } from '../transforms/transformOptions.js';
import type { ImageList } from './imageList.js';

/** What the ways to make an `ImageDataBunch` in one call have in common. */
export interface ImageDataOptions extends DatabunchOptions, TransformOptions {
  /** Transforms of training and of validation, see `getTransforms`. Default none. */
  readonly dsTfms?: TransformLists;
  /** The share of the images that validate, at random. Default 0.2. */
  readonly validPct?: number;
  /** Makes the share at random the same each time. */
  readonly seed?: number;
}

const known = ['dsTfms', 'validPct', 'seed', ...databunchOptions, ...transformOptions];

/** Splits images as the options say. @throws TypeError for an unknown option */
export function splitAtRandom(items: ImageList, options: ImageDataOptions): SplitItems<ImageList> {
  checkOptions('ImageDataBunch', options, known);
  const { validPct = 0.2, seed } = options;
  return items.splitByRandPct(validPct, seed);
}

/** Transforms labelled images and loads them, as the options say. */
export function loaded(lists: LabelLists<ImageList>, options: ImageDataOptions) {
  checkOptions('ImageDataBunch', options, known);
  const { dsTfms = [[], []], validPct: _, seed: __, ...others } = options;
  const isLoading = ([name]: readonly [string, unknown]) =>
    databunchOptions.some((it) => it === name);
  const given = Object.entries(others);
  const transforming = Object.fromEntries(given.filter((entry) => !isLoading(entry)));
  return lists
    .transform(dsTfms, transforming)
    .databunch(Object.fromEntries(given.filter(isLoading)));
}
