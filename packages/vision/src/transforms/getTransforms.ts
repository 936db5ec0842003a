import { checkOptions } from '@flambeau/core';
import { dihedralAffine, rotate } from './affine.js';
import { cropPad } from './crops.js';
import { brightness, contrast } from './lighting.js';
import { flipLr } from './pixels.js';
import { randCrop, randZoom } from './randomCrops.js';
import type { RandTransform } from './randTransform.js';
import { symmetricWarp } from './warps.js';

/** Transforms for training and for validation. */
export type TransformLists = readonly [
  train: readonly RandTransform[],
  valid: readonly RandTransform[],
];

export interface GetTransformsOptions {
  /** Mirrors half of the images. Default true. */
  readonly doFlip?: boolean;
  /** Mirrors and turns them in all eight ways. Default false. */
  readonly flipVert?: boolean;
  /** Degrees; 0 leaves the transform out, here and below. Default 10. */
  readonly maxRotate?: number;
  /** Default 1.1. */
  readonly maxZoom?: number;
  /** Below 1. Default 0.2. */
  readonly maxLighting?: number;
  /** Default 0.2. */
  readonly maxWarp?: number;
  /** How likely each move of pixels is. Default 0.75. */
  readonly pAffine?: number;
  /** How likely each change of light is. Default 0.75. */
  readonly pLighting?: number;
  /** More, for training. */
  readonly xtraTfms?: readonly RandTransform[];
}

const known = [
  'doFlip',
  'flipVert',
  'maxRotate',
  'maxZoom',
  'maxLighting',
  'maxWarp',
  'pAffine',
  'pLighting',
  'xtraTfms',
] as const satisfies readonly (keyof GetTransformsOptions)[];

/**
 * fast.ai's augmentation. An augmented image must stay recognisable and like those that the model
 * will see.
 * @throws RangeError for what is out of its range
 */
export function getTransforms(options: GetTransformsOptions = {}): TransformLists {
  checkOptions('getTransforms', options, known);
  const { doFlip = true, flipVert = false, maxRotate = 10, maxZoom = 1.1 } = options;
  const { maxLighting = 0.2, maxWarp = 0.2, pAffine = 0.75, pLighting = 0.75 } = options;
  const { xtraTfms = [] } = options;
  for (const [name, value] of Object.entries({ maxRotate, maxZoom, maxWarp, maxLighting })) {
    const end = name === 'maxLighting' ? 1 : Number.POSITIVE_INFINITY;
    if (value >= 0 && value < end) continue;
    throw new RangeError(`getTransforms: ${name} must be from 0 to below ${end}, got ${value}`);
  }
  const train: RandTransform[] = [randCrop()];
  if (doFlip) train.push(flipVert ? dihedralAffine() : flipLr({ p: 0.5 }));
  if (maxWarp > 0) train.push(symmetricWarp({ magnitude: [-maxWarp, maxWarp], p: pAffine }));
  if (maxRotate > 0) train.push(rotate({ degrees: [-maxRotate, maxRotate], p: pAffine }));
  if (maxZoom > 1) train.push(randZoom({ scale: [1, maxZoom], p: pAffine }));
  if (maxLighting > 0) {
    const [darkest, brightest] = [0.5 * (1 - maxLighting), 0.5 * (1 + maxLighting)];
    train.push(
      brightness({ change: [darkest, brightest], p: pLighting }),
      contrast({ scale: [1 - maxLighting, 1 / (1 - maxLighting)], p: pLighting }),
    );
  }
  return [[...train, ...xtraTfms], [cropPad()]];
}
